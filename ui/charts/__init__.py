"""Live curves of a run. Importing this package's modules loads pyqtgraph: do it when a run's page is first shown."""

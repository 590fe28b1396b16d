"""Versions and runs beside each other. Importing this package's modules loads pyqtgraph: do it on first use."""

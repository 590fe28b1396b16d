"""Classes of a project, and classes of whole images."""

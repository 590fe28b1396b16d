"""Classes of a project, and giving them to images."""

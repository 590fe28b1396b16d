"""Frozen datasets: carving a validation set, the manifest and its hash, the private tree a trainer sees."""

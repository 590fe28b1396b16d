"""Datasets of a project: their sets and counts, filling, splitting, freezing."""

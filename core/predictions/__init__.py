"""Predictions of a version on any images: a run that makes them, and the sets that are kept."""

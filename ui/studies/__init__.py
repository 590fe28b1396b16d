"""Predictions laid over ground truth: the images of a study, what became of each object, and at which thresholds."""

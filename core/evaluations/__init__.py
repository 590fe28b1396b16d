"""Judging predictions: studies of them, evaluations as runs, thresholds, comparisons."""

"""Judging one thing after the other by keyboard: predictions to accept, labels to doubt."""

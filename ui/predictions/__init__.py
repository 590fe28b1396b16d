"""Predictions of versions: starting them, and the list of those that are kept."""

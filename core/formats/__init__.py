"""Annotation formats: one module each with detect, read and write; what they share is named for what it does."""

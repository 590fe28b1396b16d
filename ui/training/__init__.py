"""The wizard that collects a training: one file a page."""

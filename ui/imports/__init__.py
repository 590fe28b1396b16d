"""Bringing images and annotations in: choose, look at what would happen, import, read the report."""

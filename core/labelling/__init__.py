"""Editing the annotations of images by hand."""

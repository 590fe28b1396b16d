"""Filters of images: the chips above the grid, the builder, the text with its errors, and those that are kept."""

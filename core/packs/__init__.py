"""Packed files of predictions: one record an image, read image by image or as columns of a whole set."""

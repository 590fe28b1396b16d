"""Image classification: exactly one class for each image or region."""

"""YOLO detection: boxes."""

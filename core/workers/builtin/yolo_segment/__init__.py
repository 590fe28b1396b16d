"""YOLO instance segmentation: boxes and masks."""

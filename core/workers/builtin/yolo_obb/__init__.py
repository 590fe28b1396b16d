"""YOLO oriented boxes: boxes that lie as their objects lie."""

"""What the YOLO workers share: light modules for the window here, the heavy half in `worker`, for the child only."""

"""The heavy half of the YOLO workers: wraps ultralytics, and is imported in a child process only."""

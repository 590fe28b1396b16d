"""What was removed, to be brought back or forgotten."""

"""What the child of a training does."""

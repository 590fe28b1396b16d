"""Training: what is checked before it, what Start writes, and what the child then does."""

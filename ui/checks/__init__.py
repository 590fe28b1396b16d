"""What checks of the data found, and the repairs that are offered."""

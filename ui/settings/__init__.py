"""The window of the person's preferences."""

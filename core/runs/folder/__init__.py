"""The folder of a run: what lies in it, who writes it, and whether anybody works on it."""

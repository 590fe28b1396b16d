"""What was removed from a project, or a project that was removed: brought back, or emptied on request."""

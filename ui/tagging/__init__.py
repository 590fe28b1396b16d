"""Tags of many images at once: given, taken off, shared out by chance."""

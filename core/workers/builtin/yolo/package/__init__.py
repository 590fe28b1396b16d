"""What goes into an exported package as it stands here: source that knows nothing of Calque."""

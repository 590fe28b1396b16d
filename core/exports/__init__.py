"""Taking annotations out of a project, in a format that other programs read."""

"""Taking annotations out of a project."""

"""What the images of a project look like, and which look the same."""

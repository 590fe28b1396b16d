"""Images that look alike, and those worth labelling next."""

"""Published model versions: folders named by their content, complete or absent, never unpickled."""

"""Can the data of a project or a dataset be trusted: what is found, and repaired on request."""

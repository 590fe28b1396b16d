"""Functions of a session that take and return domain values, a module a feature."""

"""The tables, a module a feature. Rows never leave core.registry."""

"""Versions and runs beside each other."""

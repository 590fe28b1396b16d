"""Trying a version on a picture that belongs to no project."""

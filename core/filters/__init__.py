"""Filters of images: their JSON, what two of them have in common, and those that a person saved."""

"""Bringing images and annotations into a project: looked at first, written in one piece."""

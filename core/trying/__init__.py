"""Trying a version on single pictures: a process that stays warm between them."""

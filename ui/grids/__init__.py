"""Grids of cells of one size, of any length."""

"""Widgets that show values and announce wishes. Of core they know only `core.domain`."""

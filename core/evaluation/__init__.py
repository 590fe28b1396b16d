"""Measuring what was predicted, and keeping what was measured."""

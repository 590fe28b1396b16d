"""Revision 0002, a module for each part of the registry that it changes."""

"""Revision 0003, a module for each part of the registry that it changes."""

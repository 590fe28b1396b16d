"""Annotation formats behind the entry points `calque.formats`: a package or module each; none knows another."""

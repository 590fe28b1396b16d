"""Generic pieces that any page may use."""

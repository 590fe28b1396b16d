"""The weights shelf: every start that there is."""

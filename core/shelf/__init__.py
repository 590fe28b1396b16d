"""The weights shelf: every start that there is, where it is from, and under which licences."""

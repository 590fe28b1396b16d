"""The heavy half: imported in the child process only."""

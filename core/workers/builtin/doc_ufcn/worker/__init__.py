"""The heavy half of Doc-UFCN; imported in a child process only."""

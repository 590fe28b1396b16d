"""The machinery common to all runs: their folder, their events, the processes that work on them, and who watches."""

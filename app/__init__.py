"""The only layer that knows all the others: wiring, controllers, background jobs, the command line."""

"""The verbs of the command line, a module a group; each returns a `VerbResult`."""

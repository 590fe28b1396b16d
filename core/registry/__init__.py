"""The registry: the embedded database of projects, runs and models. The only package that knows SQL."""

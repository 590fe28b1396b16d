"""The registry's rows made again from the folders of runs and published versions."""

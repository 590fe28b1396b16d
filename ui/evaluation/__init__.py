"""Tables of measurements, for the pages of runs and of model versions."""

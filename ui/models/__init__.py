"""The library of models and their versions."""

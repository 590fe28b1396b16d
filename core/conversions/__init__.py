"""Conversions: a published version in the format of another program, checked against what Calque predicts itself."""

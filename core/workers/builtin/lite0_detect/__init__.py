"""A detector on EfficientNet-Lite0, whose weights learned from photographs come with Calque."""

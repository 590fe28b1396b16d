"""The sample project: pages drawn by our own code, so that a first training needs no data and no network."""

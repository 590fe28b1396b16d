"""A draft looked at before it starts: its facts, the data it chooses, and what stands in the way."""

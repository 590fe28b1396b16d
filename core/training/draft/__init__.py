"""A training as it is wished for: drafts, plans in words, named configurations."""

"""What a run tells: its events, and what is folded from them."""

"""Networks that come with weights learned from photographs, for workers that put a head of their own on top."""

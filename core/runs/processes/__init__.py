"""The processes of a run: warden, child, and what they need."""

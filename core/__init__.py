"""Everything of Calque that works without a screen. Never imports Qt."""

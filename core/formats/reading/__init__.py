"""What formats read with: files of unknown origin, checks of shapes, and finding the pictures that files name."""

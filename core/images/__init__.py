"""Picture files: reading, hashing, finding, thumbnails. Pillow is the one decoder of the program."""

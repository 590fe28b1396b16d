"""The values that travel round the ring: frozen, free of I/O, standard library and numpy only."""

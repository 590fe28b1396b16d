"""The workers that come with Calque. Each is declared as an entry point, exactly as one from outside is."""

"""Images compared by what they show: with a network that has seen photographs, else by small grey pictures."""

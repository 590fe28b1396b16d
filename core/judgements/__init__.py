"""What a person decides while looking at predictions: tags, accepted predictions, reviewed labels."""

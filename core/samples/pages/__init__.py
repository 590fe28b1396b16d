"""Pages of many kinds, drawn from seeds: what the starters that come with Calque are trained on."""

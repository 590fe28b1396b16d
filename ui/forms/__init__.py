"""Forms drawn from field specifications, and the pieces that hand-made forms share with them."""

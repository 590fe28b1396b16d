"""What the annotations of a project are like, in numbers that lead to the images behind them."""

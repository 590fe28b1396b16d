"""What the annotations of a project are like: bars and maps that lead to the images behind them."""

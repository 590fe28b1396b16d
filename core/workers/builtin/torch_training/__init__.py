"""Parts of a training loop in torch that workers with a loop of their own share."""

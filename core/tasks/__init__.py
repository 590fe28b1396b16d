"""What a model is to predict: tasks as values, found through entry points like workers."""

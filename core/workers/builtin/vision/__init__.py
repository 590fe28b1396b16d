"""Labels for whole images and for regions that are given: what the classifier and the tagger have in common."""

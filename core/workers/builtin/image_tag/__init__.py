"""Image tagging: any number of classes for each image or region, none too."""

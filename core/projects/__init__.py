"""Projects as they are browsed: folders, images, categories and ground truth."""

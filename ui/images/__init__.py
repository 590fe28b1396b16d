"""The thumbnails of a project's images, and the bar to search and filter them."""

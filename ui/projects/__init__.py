"""The start page with the recent projects, and the page of one project."""

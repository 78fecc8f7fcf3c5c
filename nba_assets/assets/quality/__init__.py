"""Reports about the other assets."""

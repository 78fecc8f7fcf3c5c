"""The stored model versions: their files, which one serves, and whether it is still current."""

"""What is published before a game: injury reports and points lines."""

"""What happened in each game."""

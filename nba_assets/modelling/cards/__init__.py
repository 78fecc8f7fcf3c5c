"""What a model version says of itself: metadata, summary, card."""

"""Facts as the source stated them."""

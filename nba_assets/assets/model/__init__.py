"""The gated points model."""

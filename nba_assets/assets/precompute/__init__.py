"""What was known before tip-off."""

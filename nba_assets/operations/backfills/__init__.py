"""Backfills: reserved, launched, supervised, followed, and their result."""

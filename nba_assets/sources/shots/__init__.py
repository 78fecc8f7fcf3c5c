"""Shots, from each provider that has them."""

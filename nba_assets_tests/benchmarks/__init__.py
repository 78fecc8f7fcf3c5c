"""Measurements, not tests: run by hand, each states its data and prints what it found."""

"""Providers of raw facts behind one small port."""

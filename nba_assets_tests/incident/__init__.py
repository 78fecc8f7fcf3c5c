"""Tests of the replayed evening."""

"""Tests of the live source against a local server."""

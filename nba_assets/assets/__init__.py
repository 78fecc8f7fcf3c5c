"""The assets: one table a file, a thin shell around one domain function."""

"""What happens by itself: sensors that keep Dagster telling what ledger and claims say."""

"""What Dagster is told: partition-exact outcomes, and the local event log that can take them in bulk."""

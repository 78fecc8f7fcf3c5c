"""What Dagster is given: partition-exact outcomes, and the local event log that can take them in bulk."""

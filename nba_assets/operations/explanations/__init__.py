"""Why a partition or a value is what it is, and what was built from it."""

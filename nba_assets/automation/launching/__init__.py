"""Which partitions are eligible, the runs that build them, and the schedules."""

"""The simulated league: an offline source, deterministic by seed, statistically like the NBA."""

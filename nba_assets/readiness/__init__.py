"""Whether what the contracts promise holds: completeness, windows, thresholds, waivers, staleness."""

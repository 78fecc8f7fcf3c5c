"""Asset checks, thin: they publish what readiness decided."""

"""Pure basketball: numbers in, numbers out. Knows neither orchestration nor storage."""

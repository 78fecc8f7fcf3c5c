"""From delivered files to rows of the raw contracts, for every provider."""

"""How a table becomes an asset and a run: its claim, its tags, its outcome, what is shown of it."""

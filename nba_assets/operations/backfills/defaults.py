"""What a backfill does unless somebody says otherwise, and its exit codes. Imports nothing: every `--help` reads it."""

CHUNK_DAYS = 400
"""Dates of one run at most."""
WAIT_MINUTES = 30.0
"""How long `--wait` waits for the owner of the dates."""

COMPLETE, INCOMPLETE, REFUSED, CANCELLED = 0, 1, 2, 3
"""Exit codes: all that was asked for is built; something was not built; nothing was started; somebody stopped it."""

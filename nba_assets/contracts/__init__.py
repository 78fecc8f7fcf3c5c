"""What each table promises: one declaration per table, from which all else is derived."""

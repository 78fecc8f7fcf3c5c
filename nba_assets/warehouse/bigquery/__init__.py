"""The warehouse on BigQuery."""

"""Servers of other makers that the tests talk to: BigQuery's API, GCS, the GoogleSQL analyzer."""

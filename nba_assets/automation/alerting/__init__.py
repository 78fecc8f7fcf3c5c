"""Stuck claims, alerts to a webhook, and the data quality page."""

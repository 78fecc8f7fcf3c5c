"""Who may write which dates of which tables, until when: claims with a lease, and their fencing tokens."""

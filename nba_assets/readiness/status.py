"""What a partition can be; `stale` and `tainted` are flags beside it."""

from enum import StrEnum


class Status(StrEnum):
    """State of a (table, date): never attempted; published; refused by a rule; not computed because of an upstream."""

    MISSING = "missing"
    READY = "ready"
    REJECTED = "rejected"
    BLOCKED = "blocked"


CODES = {Status.MISSING: 0, Status.READY: 1, Status.REJECTED: 2, Status.BLOCKED: 3}
"""Each status as a number, for arrays."""

STATUSES = {code: status for status, code in CODES.items()}

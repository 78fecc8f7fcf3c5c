"""What a refused run shows in the UI: the owner of its dates as a link, and every conflict as a row."""

import datetime as dt

import dagster as dg

from nba_assets.claims.errors import ClaimConflict
from nba_assets.errors import coded


def refused(conflict: ClaimConflict) -> dg.Failure:
    """The failure of the step that asked for dates which somebody else has."""
    first = conflict.conflicts[0].claim
    now = dt.datetime.now(dt.UTC)
    rows = [
        dg.TableRecord(
            {
                "table": found.overlap.table,
                "dates": str(found.overlap).removeprefix(f"{found.overlap.table} "),
                "claim": found.claim.id,
                "owner": found.claim.owner,
                "run": found.claim.run_id,
                "who": found.claim.who,
                "why": found.claim.why,
                "since": str(found.claim.created_at),
                "renewed_seconds_ago": int((now - found.claim.renewed_at).total_seconds()),
            }
        )
        for found in conflict.conflicts
    ]
    owner = dg.MetadataValue.dagster_run(first.run_id) if first.run_id else dg.MetadataValue.text(first.owner)
    return dg.Failure(
        coded(conflict), metadata={"owner": owner, "conflicts": dg.MetadataValue.table(rows)}, allow_retries=False
    )

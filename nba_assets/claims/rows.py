"""Claims as rows: how one is read, written and changed inside a transaction of the store."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimNotFound
from nba_assets.claims.schema import claim_spans, claims, meta
from nba_assets.partitions import Span


def next_id(connection: sa.Connection, above: int) -> int:
    """A token higher than every one before, and than `above`; the caller is the only writer."""
    last_id: int = connection.execute(sa.select(meta.c.last_id)).scalar_one()
    claim_id = max(last_id, above) + 1
    connection.execute(meta.update().values(last_id=claim_id))
    return claim_id


def insert(connection: sa.Connection, claim: Claim) -> Claim:
    """Store a new claim and its spans; returns it as it is read back."""
    row = {column.name: getattr(claim, column.name) for column in claims.c}
    connection.execute(claims.insert().values(row | {"run_ids": list(claim.run_ids), "detail": dict(claim.detail)}))
    spans = [
        {"claim_id": claim.id, "table_name": span.table, "first_date": span.first, "last_date": span.last}
        for span in claim.spans
    ]
    connection.execute(claim_spans.insert(), spans)
    return one(connection, claim.id, claim.created_at)


def change(connection: sa.Connection, claim: Claim, now: dt.datetime, **values: Any) -> Claim:
    """Store new values of a claim and return it as it is then."""
    connection.execute(claims.update().where(claims.c.id == claim.id).values(values))
    return one(connection, claim.id, now)


def expire(connection: sa.Connection, now: dt.datetime) -> None:
    """End every claim whose lease has run out: for good, whatever the clock says later."""
    run_out = (claims.c.state == "active") & (claims.c.expires_at <= now)
    values = {"state": "expired", "ended_at": claims.c.expires_at, "ended_by": "lease"}
    connection.execute(claims.update().where(run_out).values(values))


def load(
    connection: sa.Connection, now: dt.datetime, where: sa.ColumnElement[bool] | None = None, limit: int | None = None
) -> list[Claim]:
    """Claims as they are at `now`, newest first: one whose lease has run out reads expired."""
    chosen = sa.select(claims).where(sa.true() if where is None else where).order_by(claims.c.id.desc()).limit(limit)
    rows = connection.execute(chosen).mappings().all()
    spans: dict[int, list[Span]] = {row["id"]: [] for row in rows}
    of_rows = claim_spans.c.claim_id.in_(spans)
    order = (claim_spans.c.table_name, claim_spans.c.first_date)
    for claim_id, table, first, last in connection.execute(sa.select(claim_spans).where(of_rows).order_by(*order)):
        spans[claim_id].append(Span(table, first, last))
    return [_claim(dict(row), tuple(spans[row["id"]]), now) for row in rows]


def active(connection: sa.Connection, now: dt.datetime) -> list[Claim]:
    """Every active claim at `now`, newest first."""
    return load(connection, now, (claims.c.state == "active") & (claims.c.expires_at > now))


def one(connection: sa.Connection, claim_id: int, now: dt.datetime) -> Claim:
    """The claim of an id; ClaimNotFound where there is none."""
    found = load(connection, now, claims.c.id == claim_id)
    if not found:
        raise ClaimNotFound(f"there is no claim {claim_id}; `nba-assets claims` lists them")
    return found[0]


def _claim(row: dict[str, Any], spans: tuple[Span, ...], now: dt.datetime) -> Claim:
    if row["state"] == "active" and row["expires_at"] <= now:
        row |= {"state": "expired", "ended_at": row["expires_at"], "ended_by": "lease"}
    return Claim(**row | {"run_ids": tuple(row["run_ids"]), "spans": spans})

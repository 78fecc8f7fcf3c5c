"""Rules that every table has, derived from its contract: keys, nulls and their reasons, ranges, gaps."""

import json
from collections.abc import Iterable, Iterator

import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence, Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.audit import Failure, Rule, Staged
from nba_assets.readiness.delivery_rules import SHRINK, delivery_does_not_shrink
from nba_assets.readiness.thresholds import UPSTREAM_MISSING_GAMES, UPSTREAM_MISSING_SHARE

EXAMPLES = 3


def failures_by_date(
    rows: pd.DataFrame, rule: str, what: str, show: Iterable[str] = (), blocks: bool = False
) -> Iterator[Failure]:
    """One failure per date of the given (failing) rows: how many, what is wrong, and the first of them."""
    columns = list(show)
    for day, group in rows.groupby("game_date", sort=True):
        shown = "; ".join(
            ", ".join(f"{name}={row[name]}" for name in columns) for _, row in group[columns].head(EXAMPLES).iterrows()
        )
        examples = f" ({shown}{', …' if len(group) > EXAMPLES else ''})" if columns else ""
        yield Failure(label_date(day), rule, f"{len(group)} rows: {what}{examples}", blocks)


def _unique_key(staged: Staged) -> Iterator[Failure]:
    rows, key = staged.rows, list(staged.contract.key)
    doubled = rows[rows.duplicated(["game_date", *key], keep="first")]
    return failures_by_date(doubled, "unique_key", f"the key {', '.join(key)} appears more than once", key)


def _never_null(staged: Staged) -> Iterator[Failure]:
    for column in staged.contract.columns:
        if not column.nullable:
            rows = staged.rows[staged.rows[column.name].isna()]
            what = f"{column.name} is null, but the contract has no reason for that"
            yield from failures_by_date(rows, "never_null", what, staged.contract.key)


def _nulls_have_reasons(staged: Staged) -> Iterator[Failure]:
    """Nulls and reasons agree exactly, and every reason is one the contract allows for its column."""
    names = staged.contract.nullable_columns
    if not names or staged.rows.empty:
        return
    codes, texts = pd.factorize(staged.rows[ABSENCE])
    parsed = [_parse_reasons(text) for text in texts]
    for name in names:
        allowed = set(staged.contract.column(name).nulls)
        stated = pd.Series([reasons.get(name) for reasons in parsed], dtype="object").take(codes).to_numpy()
        is_null = staged.rows[name].isna().to_numpy()
        wrong = is_null != pd.notna(stated)
        wrong |= is_null & ~pd.Series(stated).isin(list(allowed)).to_numpy()
        if wrong.any():
            what = f"{name} has no reason, or one that the contract does not allow ({', '.join(sorted(allowed))})"
            yield from failures_by_date(staged.rows[wrong], "nulls_have_reasons", what, [*staged.contract.key, ABSENCE])


def _parse_reasons(text: object) -> dict[str, str]:
    try:
        reasons = json.loads(text) if isinstance(text, str) else {}
    except json.JSONDecodeError:
        return {}
    return reasons if isinstance(reasons, dict) else {}


def _within_range(staged: Staged) -> Iterator[Failure]:
    for column in staged.contract.columns:
        values = staged.rows[column.name]
        outside = pd.Series(False, index=values.index)
        if column.low is not None:
            outside |= values < column.low
        if column.high is not None:
            outside |= values > column.high
        if column.allowed:
            outside |= values.notna() & ~values.isin(column.allowed)
        if outside.any():
            bounds = ", ".join(column.allowed) or f"{column.low} … {column.high}"
            what = f"{column.name} is outside {bounds}"
            yield from failures_by_date(staged.rows[outside], "within_range", what, [*staged.contract.key, column.name])


def _upstream_gaps_within_limit(staged: Staged) -> Iterator[Failure]:
    """A windowed column with too many rows whose window contains a gap: the date is blocked until the gap closes.

    Windows of more than `UPSTREAM_MISSING_GAMES` games hold nothing, nor does what an optional upstream has part in.
    """
    rows = staged.rows
    if rows.empty or ABSENCE not in rows:
        return
    optional = {read.table for read in staged.contract.reads if read.optional}
    is_free = {
        column.name
        for column in staged.contract.columns
        if (column.window_games or 0) > UPSTREAM_MISSING_GAMES
        or optional & {source.partition(".")[0] for source in column.sources}
    }
    affected = rows[rows[ABSENCE].str.contains(Absence.UPSTREAM_MISSING.value, regex=False)]
    if affected.empty:
        return
    totals = rows.groupby("game_date").size()
    reasons = affected[ABSENCE].map(_parse_reasons)
    for day, group in reasons.groupby(affected["game_date"]):
        counts: dict[str, int] = {}
        for stated in group:
            for name, reason in stated.items():
                if reason == Absence.UPSTREAM_MISSING and name not in is_free:
                    counts[name] = counts.get(name, 0) + 1
        if not counts:
            continue
        total = int(totals[day])
        worst = max(counts, key=lambda name: counts[name])
        if counts[worst] / total > UPSTREAM_MISSING_SHARE:
            yield Failure(
                day.date(),
                "upstream_gaps_within_limit",
                f"{counts[worst]} of {total} rows have a gap in the window of {worst} (and {len(counts) - 1} other "
                f"columns); at most {UPSTREAM_MISSING_SHARE:.0%} may. Rebuild the rejected dates before this one.",
                blocks=True,
            )


def contract_rules(contract: Contract) -> dict[str, Rule]:
    """The rules a contract implies, by name."""
    rules: dict[str, Rule] = {"unique_key": _unique_key, "never_null": _never_null, "within_range": _within_range}
    if contract.nullable_columns:
        rules["nulls_have_reasons"] = _nulls_have_reasons
    if contract.ingest:
        rules[SHRINK] = delivery_does_not_shrink
    if any(read.window == "before" for read in contract.reads):
        rules["upstream_gaps_within_limit"] = _upstream_gaps_within_limit
    return rules

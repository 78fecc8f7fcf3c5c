"""Rules that every table has, derived from its contract: keys, nulls and their reasons, ranges, gaps."""

import json
from collections.abc import Iterable, Iterator

import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence, Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.audit import Rule, Staged
from nba_assets.readiness.delivery_rules import SHRINK, delivery_does_not_shrink
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.thresholds import GAP_SHARE, RECENT_TEAM_GAMES

EXAMPLES = 3


def failures_by_date(
    rows: pd.DataFrame, rule: str, what: str, show: Iterable[str] = (), cells: tuple[str, ...] = ()
) -> Iterator[Failure]:
    """One failure for each game of the given (failing) rows: how many, what is wrong, and the first of them.

    Of rows that are of no single game one for each date. `cells` are the columns that cannot be believed, where no more
    is wrong with the rows.
    """
    columns = list(show)
    has_games = "game_id" in rows
    for key, group in rows.groupby(["game_date", "game_id"] if has_games else ["game_date"], sort=True):
        day, game_id = (*key, "")[:2]
        shown = "; ".join(
            ", ".join(f"{name}={row[name]}" for name in columns) for _, row in group[columns].head(EXAMPLES).iterrows()
        )
        examples = f" ({shown}{', …' if len(group) > EXAMPLES else ''})" if columns else ""
        count = "1 row" if len(group) == 1 else f"{len(group)} rows"
        yield Failure(label_date(day), rule, f"{count}: {what}{examples}", game_id=str(game_id), columns=cells)


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
            yield from failures_by_date(
                staged.rows[wrong], "nulls_have_reasons", what, [*staged.contract.key, ABSENCE], (name,)
            )


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
            yield from failures_by_date(
                staged.rows[outside], "within_range", what, [*staged.contract.key, column.name], (column.name,)
            )


def _upstream_gaps_within_limit(staged: Staged) -> Iterator[Failure]:
    """Of the last games of the date's teams not many are gaps; else the date is blocked until enough are rebuilt."""
    for day in staged.days:
        if (share := staged.gap_shares.get(day, 0.0)) > GAP_SHARE:
            yield Failure(
                day,
                "upstream_gaps_within_limit",
                f"{share:.0%} of the last {RECENT_TEAM_GAMES} games of the date's teams are gaps; at most "
                f"{GAP_SHARE:.0%} may be. Rebuild the rejected dates before this one.",
                blocks=True,
            )


def contract_rules(contract: Contract) -> dict[str, Rule]:
    """The rules a contract implies, by name."""
    rules: dict[str, Rule] = {"unique_key": _unique_key, "never_null": _never_null, "within_range": _within_range}
    if contract.nullable_columns:
        rules["nulls_have_reasons"] = _nulls_have_reasons
    if contract.ingest:
        rules[SHRINK] = delivery_does_not_shrink
    if is_emptied_by_gaps(contract):
        rules["upstream_gaps_within_limit"] = _upstream_gaps_within_limit
    return rules


def is_emptied_by_gaps(contract: Contract) -> bool:
    """Whether a gap in a history that the table needs makes a column null: predictions and grades go on without it."""
    needed = {read.table for read in contract.reads if read.window == "before" and not read.optional}
    return any(
        needed & {source.partition(".")[0] for source in column.sources}
        for column in contract.columns
        if Absence.UPSTREAM_MISSING in column.nulls
    )

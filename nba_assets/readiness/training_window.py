"""What a training window may lack: few games in all, few of any season, few of any team. More takes a waiver."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.partitions import label_date, season_of
from nba_assets.readiness import thresholds
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import EXAMPLES, TRAINING_RULE, GateClosed
from nba_assets.readiness.losses import GAME, Losses, listed


@dataclass(frozen=True)
class TooMany:
    """A share of the window that is too large, in words; `blockers` are its games or rows, as `GateClosed` has them.

    Without any it is of all dates.
    """

    said: str
    blockers: Sequence[Mapping[str, str]] = ()

    def concerns(self, waiver: Waiver) -> bool:
        """Whether the waiver covers any of it."""
        first, last = str(waiver.first), str(waiver.last)
        return not self.blockers or any(first <= blocker["date"] <= last for blocker in self.blockers)


def require_few_lost(
    losses: Losses, window: str, purpose: str, waivers: Sequence[Waiver], used: Sequence[Waiver], model: str
) -> tuple[Waiver, ...]:
    """The waivers, `used` among them, without which too many games of the window would be lost; else GateClosed.

    `window` and `purpose` are for the message. A waiver lets the games of its dates pass.
    """
    return require_within_limits(
        losses.needed, lambda lost: list(_too_many_lost(lost, losses.due)), window, purpose, waivers, used, model
    )


def require_within_limits(
    rows: pd.DataFrame,
    judge: Callable[[pd.DataFrame], Sequence[TooMany]],
    window: str,
    purpose: str,
    waivers: Sequence[Waiver],
    used: Sequence[Waiver],
    model: str,
) -> tuple[Waiver, ...]:
    """The waivers under which nothing is too many among the rows (which have game_date); GateClosed without enough.

    Rows on dates of the `used` ones are let pass; of the others those are taken, in their order, that concern what is
    too many, until nothing is.
    """
    passed = list(used)
    for waiver in passed:
        rows = _without(rows, waiver)
    too_many = judge(rows)
    for waiver in waivers:
        if waiver not in passed and any(it.concerns(waiver) for it in too_many):
            passed.append(waiver)
            rows = _without(rows, waiver)
            too_many = judge(rows)
    if too_many:
        raise GateClosed(
            f"{purpose} is refused: of its window {window} {'; '.join(it.said for it in too_many)}. Rebuild them, or "
            f"waive {TRAINING_RULE} of {model} there, then retry.",
            [blocker for it in too_many for blocker in it.blockers],
        )
    return tuple(passed)


def _without(rows: pd.DataFrame, waiver: Waiver) -> pd.DataFrame:
    return rows[~rows["game_date"].between(pd.Timestamp(waiver.first), pd.Timestamp(waiver.last))]


def _too_many_lost(lost: pd.DataFrame, due: pd.DataFrame) -> Iterator[TooMany]:
    """The whole window, its worst season and its worst team, each if it has lost more than it may."""
    if lost.empty:
        return
    seasons = {day: season_of(label_date(day)) for day in due["game_date"].unique()}
    lost, due = (rows.assign(season=rows["game_date"].map(seasons)) for rows in (lost, due))
    games_lost, games_due = lost.drop_duplicates(GAME), due.drop_duplicates(GAME)
    share = len(games_lost) / len(games_due)
    if share > thresholds.TRAINING_LOST_SHARE:
        yield _said(games_lost, len(games_due), "games", thresholds.TRAINING_LOST_SHARE)
    for name, mine, theirs, bar, least in (
        ("season", games_lost, games_due, thresholds.TRAINING_LOST_SEASON_SHARE, thresholds.TRAINING_LOST_SEASON_GAMES),
        ("team_id", lost, due, thresholds.TRAINING_LOST_TEAM_SHARE, thresholds.TRAINING_LOST_TEAM_GAMES),
    ):
        counts, totals = mine.groupby(name).size(), theirs.groupby(name).size()
        shares = (counts[counts > least] / totals).dropna()
        if shares.gt(bar).any():
            worst = shares.idxmax()
            what = f"games of {worst}" if name == "season" else f"games of team {worst}"
            yield _said(mine[mine[name] == worst], int((theirs[name] == worst).sum()), what, bar)


def _said(lost: pd.DataFrame, due: int, what: str, bar: float) -> TooMany:
    tables = lost["table"].value_counts()
    blockers = [
        {"table": it["table"], "date": it["date"], "reason": f"game {it['game']}: {it['reason']}"}
        for it in listed(lost)
    ]
    first = "; ".join(f"{it['table']} {it['date']} {it['reason']}" for it in blockers[:EXAMPLES])
    return TooMany(
        f"{len(lost):,} of {due:,} {what} are lost ({len(lost) / due:.1%}, at most {bar:.0%} may be), most of them in "
        f"{tables.index[0]} ({tables.iloc[0]:,}). First: {first}",
        blockers,
    )

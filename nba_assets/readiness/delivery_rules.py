"""What a delivery may do to what is published: games and rows do not vanish before somebody has said that they may."""

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from nba_assets.partitions import label_date
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Staged
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import GAME, teams_due

SHRINK = "delivery_does_not_shrink"
EXAMPLES = 5


def delivery_does_not_shrink(staged: Staged) -> Iterator[Failure]:
    """Every published game that is still due has rows, and of all their rows not many are gone.

    A date on which nothing is published yet, and one whose delivery grows or is corrected, passes.
    """
    before = _still_due(staged)
    if before.empty:
        return
    now = staged.rows.groupby(GAME).size().rename("delivered").reset_index()
    both = before.merge(now, on=GAME, how="left").fillna({"delivered": 0})
    for day, games in both.groupby("game_date"):
        gone = games.loc[games["delivered"] == 0, "game_id"].tolist()
        published, delivered = int(games["rows"].sum()), int(games["delivered"].sum())
        lost = published - delivered
        is_less = lost > max(thresholds.DELIVERY_SHRINKS_SHARE * published, thresholds.DELIVERY_SHRINKS_ROWS)
        if gone or is_less:
            shown = f" (none of {', '.join(gone[:EXAMPLES])}{', …' if len(gone) > EXAMPLES else ''})" if gone else ""
            yield Failure(
                label_date(day),
                SHRINK,
                f"{published} rows of {len(games)} games are published, the delivery has {delivered} of "
                f"{len(games) - len(gone)}{shown}. What is published stays. Deliver the rest again; if it is right, "
                f"confirm it: nba-assets waive {staged.contract.name} --from {label_date(day)} --rule {SHRINK} "
                f"--until DATE --reason WHY{_of_a_game(staged, gone, label_date(day))}",
                asks=True,
            )


def _still_due(staged: Staged) -> pd.DataFrame:
    """game_date, game_id and rows of what is published on the days, but for games that were called off since."""
    before = staged.published[staged.published["game_date"].isin(pd.to_datetime(list(staged.days)))]
    keys = pd.MultiIndex.from_frame(before[GAME])
    if "game_schedule" in staged.upstream:
        due = teams_due(staged.upstream["game_schedule"])
        return before[keys.isin(pd.MultiIndex.from_frame(due[GAME]))]
    off = [(pd.Timestamp(said.game_date), said.game_id) for said in staged.decisions]
    return before[~keys.isin(off)] if off else before


def _of_a_game(staged: Staged, gone: list[str], day: dt.date) -> str:
    if not gone or "game_schedule" in staged.upstream:
        return ""
    return f"; of a game that was moved or called off: nba-assets game {gone[0]} --postponed --date {day} --reason WHY"

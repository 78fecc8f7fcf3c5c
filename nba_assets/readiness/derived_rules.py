"""Rules of the derived tables: one row per row they are made of, and the identities of their formulas."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.contracts.game_constants import FREE_THROW_WEIGHT
from nba_assets.contracts.raw_shots import ZONES
from nba_assets.partitions import label_date
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Rule, Staged, TableRules
from nba_assets.readiness.contract_rules import failures_by_date
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import PLAYER_KEY, TEAM_KEY, count_keys, dated_keys, teams_due


def _points_match_shots_made(staged: Staged) -> Iterator[Failure]:
    rows = staged.rows
    wrong = rows[
        rows["fgm"].notna() & (rows["pts"] != 2 * (rows["fgm"] - rows["fg3m"]) + 3 * rows["fg3m"] + rows["ftm"])
    ]
    what = "points are not 2·(FGM−3PM) + 3·3PM + FTM"
    yield from failures_by_date(wrong, "points_match_shots_made", what, [*TEAM_KEY, "pts"])


def _same_rows_as(upstream: str, keys: list[str]) -> Rule:
    """One row per row of an upstream table, no more and no less."""

    def rule(staged: Staged) -> Iterator[Failure]:
        theirs = staged.upstream[upstream][["game_date", *keys]]
        mine, other = dated_keys(staged.rows, keys), dated_keys(theirs, keys)
        name = f"rows_match_{upstream}"
        yield from failures_by_date(theirs[~other.isin(mine)], name, f"in {upstream}, but not here", keys)
        yield from failures_by_date(staged.rows[~mine.isin(other)], name, f"not in {upstream}", keys)

    return rule


def _share_populated(rows: pd.DataFrame, column: str, rule: str, bar: float, denominator: str) -> Iterator[Failure]:
    share = rows[column].notna().groupby(rows["game_date"]).mean()
    for day, value in share[share < bar].items():
        yield Failure(
            label_date(day),
            rule,
            f"{column} is populated on {value:.1%} of {denominator}, the bar is {bar:.0%}; the reasons are in "
            f"the column `{ABSENCE}`",
        )


def _usage_populated(staged: Staged) -> Iterator[Failure]:
    rows = staged.rows[staged.rows["minutes_played"] > 0]
    unavailable = rows[ABSENCE].str.contains(f'"usage_rate": "{Absence.SOURCE_UNAVAILABLE}"', regex=False)
    unavailable |= rows[ABSENCE].str.contains(f'"usage_rate":"{Absence.SOURCE_UNAVAILABLE}"', regex=False)
    return _share_populated(
        rows[~unavailable], "usage_rate", "usage_populated", thresholds.USAGE_POPULATED_SHARE,
        "rows with minutes",
    )  # fmt: skip


def _usage_sums_to_team(staged: Staged) -> Iterator[Failure]:
    """Usage weighted by share of game minutes sums, over a team, to the share of its chances that have a usage.

    That share is 100 % but for a player with a chance and no recorded minutes, whose usage is null.
    """
    rows = staged.rows[staged.rows["fga"].notna() & staged.rows["fta"].notna() & staged.rows["tov"].notna()]
    chances = rows["fga"] + FREE_THROW_WEIGHT * rows["fta"] + rows["tov"]
    parts = pd.DataFrame(
        {
            "weighted": (rows["usage_rate"] * rows["minutes_played"] / rows["game_minutes"]).fillna(0.0),
            "with_usage": chances.where(rows["usage_rate"].notna(), 0.0),
            "chances": chances,
        }
    )
    sums = parts.groupby([rows["game_date"], rows["game_id"], rows["team_id"]]).sum().reset_index()
    sums["usage_sum"], sums["due"] = sums["weighted"], 100 * sums["with_usage"] / sums["chances"]
    wrong = sums[(sums["usage_sum"] - sums["due"]).abs() > thresholds.USAGE_SUM_TOLERANCE]
    what = "minutes-weighted usage of a team does not add up"
    yield from failures_by_date(wrong, "usage_sums_to_team", what, [*TEAM_KEY, "usage_sum", "due"])


def _avg_usage_populated(staged: Staged) -> Iterator[Failure]:
    """The bar of the old system, over rows without a gap: those say by themselves why they are null."""
    column = "avg_usage_rate_last_7_games"
    rows = staged.rows[~staged.rows["game_date"].dt.date.isin(staged.bootstrap)]
    in_gap = rows[ABSENCE].str.contains(f'"{column}": ?"{Absence.UPSTREAM_MISSING}"', regex=True)
    return _share_populated(
        rows[~in_gap], column, "avg_usage_populated", thresholds.AVG_USAGE_POPULATED_SHARE,
        "rows after bootstrap without a gap",
    )  # fmt: skip


def _avg_usage_complete(staged: Staged) -> Iterator[Failure]:
    column = "avg_usage_rate_last_7_games"
    rows = staged.rows[staged.rows[column].isna() & (staged.rows["usage_games_career"] >= 7)]
    short = rows[~rows[ABSENCE].str.contains(Absence.UPSTREAM_MISSING.value, regex=False)]
    what = f"{column} is null though the player has seven earlier games and no gap"
    yield from failures_by_date(short, "avg_usage_complete", what, PLAYER_KEY)


def _teams_match_schedule(staged: Staged) -> Iterator[Failure]:
    """One row per team that the schedule has due, no more and no less."""
    due = teams_due(staged.upstream["game_schedule"])
    mine, wanted = dated_keys(staged.rows, TEAM_KEY), dated_keys(due, TEAM_KEY)
    yield from failures_by_date(
        due[~wanted.isin(mine)], "teams_match_schedule", "due by the schedule, but not here", TEAM_KEY
    )
    unknown = staged.rows[~mine.isin(wanted)]
    yield from failures_by_date(unknown, "teams_match_schedule", "not due by the schedule of the date", TEAM_KEY)


def _zone_shares_sum_to_one(staged: Staged) -> Iterator[Failure]:
    """Shares of the three zones are of one whole, or none of them is there."""
    for n in (10, 20):
        names = [f"{zone}_share_last_{n}" for zone in ZONES]
        shares = staged.rows[names]
        is_partial = shares.isna().any(axis=1) & shares.notna().any(axis=1)
        is_off = (shares.sum(axis=1) - 1.0).abs() > thresholds.SHARE_SUM_TOLERANCE
        wrong = staged.rows[is_partial | (is_off & shares.notna().all(axis=1))]
        yield from failures_by_date(
            wrong, "zone_shares_sum_to_one", "zone shares do not sum to 1", [*PLAYER_KEY, *names]
        )


def _enough_expected_players(staged: Staged) -> Iterator[Failure]:
    schedule = staged.upstream["game_schedule"]
    due = teams_due(schedule)
    due = due[~due["game_date"].dt.date.isin(staged.bootstrap)]
    counts = staged.rows.groupby(TEAM_KEY).size()
    if (reports := staged.upstream.get("injury_reports")) is not None:
        # who is listed out has no row, and is no lost player
        out = reports[reports["status"] == "out"].drop_duplicates([*TEAM_KEY, "player_id"])
        counts = counts.add(out.groupby(TEAM_KEY).size(), fill_value=0)
    due = due.join(counts.rename("players"), on=TEAM_KEY)
    few = due[due["players"].fillna(0) < thresholds.EXPECTED_PLAYERS_PER_TEAM]
    what = f"fewer than {thresholds.EXPECTED_PLAYERS_PER_TEAM} expected players of a scheduled team after bootstrap"
    yield from failures_by_date(few, "enough_expected_players", what, [*TEAM_KEY, "players"])


def _rows_of_features(staged: Staged) -> Iterator[Failure]:
    """One row per row of features, and rows of the baseline for games whose features were refused.

    Beside features the baseline has a row only where a gap lies in the windows of the features' row.
    """
    features, rule = staged.upstream["ml_feature_store"], "rows_match_ml_feature_store"
    mine, theirs = dated_keys(staged.rows, PLAYER_KEY), dated_keys(features, PLAYER_KEY)
    lost = features.loc[~theirs.isin(mine), ["game_date", *PLAYER_KEY]]
    yield from failures_by_date(lost, rule, "in ml_feature_store, but not here", PLAYER_KEY)
    is_baseline = (staged.rows["prediction_source"] == "baseline").to_numpy(dtype=bool)
    is_refused = ~dated_keys(staged.rows, ["game_id"]).isin(dated_keys(features, ["game_id"]))
    is_theirs = mine.isin(theirs)
    made_up = staged.rows[~is_theirs & ~(is_baseline & is_refused)]
    yield from failures_by_date(made_up, rule, "not in ml_feature_store", PLAYER_KEY)
    if (beside := is_baseline & is_theirs).any():
        asked = features[theirs.isin(mine[beside])]
        whole = asked[~asked[ABSENCE].str.contains(Absence.UPSTREAM_MISSING.value, regex=False)]
        yield from failures_by_date(whole, rule, "by the baseline, though its windows have no gap", PLAYER_KEY)


def _interval_in_order(staged: Staged) -> Iterator[Failure]:
    names = ["points_p10", "points_median", "points_p90"]
    rows = staged.rows[staged.rows["points_p10"].notna()]
    wrong = rows[(rows["points_p10"] > rows["points_median"]) | (rows["points_median"] > rows["points_p90"])]
    yield from failures_by_date(wrong, "interval_in_order", "not p10 <= median <= p90", [*PLAYER_KEY, *names])


def _who_played(box: pd.DataFrame) -> pd.DataFrame:
    return box[(box["minutes"] > 0).to_numpy(dtype=bool, na_value=False)]


def _rows_of_who_played(staged: Staged) -> Iterator[Failure]:
    played = _who_played(staged.upstream["player_box_scores"])
    upstream = {**staged.upstream, "player_box_scores": played}
    return iter(_same_rows_as("player_box_scores", PLAYER_KEY)(replace(staged, upstream=upstream)))


def _counted_who_played(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    return count_keys(_who_played(staged.upstream["player_box_scores"]), staged.rows, PLAYER_KEY)


def _counted_rows_of(upstream: str, keys: list[str]) -> Callable[[Staged], Mapping[dt.date, tuple[int, int]]]:
    return lambda staged: count_keys(staged.upstream[upstream], staged.rows, keys)


def _counted_scheduled_teams(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    return count_keys(teams_due(staged.upstream["game_schedule"]), staged.rows, TEAM_KEY)


def as_many_rows_as(upstream: str, keys: list[str], **more: Rule) -> TableRules:
    """The rules of a table with one row per row of an upstream, by their common key, and `more` of its own."""
    return TableRules(
        {f"rows_match_{upstream}": _same_rows_as(upstream, keys), **more}, _counted_rows_of(upstream, keys)
    )


DERIVED_RULES: dict[str, TableRules] = {
    "team_offense": as_many_rows_as("team_box_scores", TEAM_KEY, points_match_shots_made=_points_match_shots_made),
    "team_defense": as_many_rows_as("team_offense", TEAM_KEY),
    "player_game_summary": as_many_rows_as(
        "player_box_scores", PLAYER_KEY, usage_populated=_usage_populated, usage_sums_to_team=_usage_sums_to_team
    ),
    "team_defense_zones": TableRules({"teams_match_schedule": _teams_match_schedule}, _counted_scheduled_teams),
    "player_shot_zones": TableRules(
        {"zone_shares_sum_to_one": _zone_shares_sum_to_one, "enough_expected_players": _enough_expected_players},
        _counted_scheduled_teams,
    ),
    "player_daily_cache": TableRules(
        {
            "avg_usage_populated": _avg_usage_populated,
            "avg_usage_complete": _avg_usage_complete,
            "enough_expected_players": _enough_expected_players,
        },
        _counted_scheduled_teams,
    ),
    "upcoming_player_context": TableRules(
        {"enough_expected_players": _enough_expected_players}, _counted_scheduled_teams
    ),
    "player_composite_factors": as_many_rows_as(
        "upcoming_player_context", PLAYER_KEY, avg_usage_populated=_avg_usage_populated
    ),
    "ml_feature_store": as_many_rows_as("player_composite_factors", PLAYER_KEY),
    "player_points_predictions": TableRules(
        {
            "rows_match_ml_feature_store": _rows_of_features,
            "enough_expected_players": _enough_expected_players,
            "interval_in_order": _interval_in_order,
        },
        _counted_scheduled_teams,
    ),
    "prediction_accuracy": TableRules({"rows_match_player_box_scores": _rows_of_who_played}, _counted_who_played),
}

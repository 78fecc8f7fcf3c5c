"""Rules of the derived tables: rows of their inputs, identities of their formulas, and the bars of the thresholds."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.raw_shots import ZONES
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.derived_rules import DERIVED_RULES
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.rules import rules_of
from nba_assets_tests.raw_games import BOS, NYK, game_id, raw_frames
from nba_assets_tests.readiness.staged_rows import FIRST, SECOND, assert_only, staged

GAME = game_id(1, 0)


def failures(
    table: str, rule: str, rows: pd.DataFrame, upstream: Mapping[str, pd.DataFrame] | None = None,
    bootstrap: frozenset[dt.date] = frozenset(),
) -> list[Failure]:  # fmt: skip
    return list(DERIVED_RULES[table].rules[rule](staged(TABLES[table], rows, upstream, bootstrap=bootstrap)))


def test_every_derived_table_has_rules_of_its_own() -> None:
    assert {name for name, contract in TABLES.items() if not contract.ingest} == set(DERIVED_RULES)
    assert all(rules_of(contract).rules for contract in TABLES.values())


ROWS_OF = [
    ("team_offense", "team_box_scores", "team_id"),
    ("team_defense", "team_offense", "team_id"),
    ("player_game_summary", "player_box_scores", "player_id"),
    ("player_composite_factors", "upcoming_player_context", "player_id"),
    ("ml_feature_store", "player_composite_factors", "player_id"),
]


def keyed(key: str) -> pd.DataFrame:
    days = [pd.Timestamp(FIRST), pd.Timestamp(SECOND), pd.Timestamp(SECOND)]
    return pd.DataFrame({"game_date": days, "game_id": [game_id(0, 0), GAME, GAME], key: [1, 1, 2]})


@pytest.mark.parametrize(("table", "upstream", "key"), ROWS_OF)
def test_one_row_per_row_of_the_input(table: str, upstream: str, key: str) -> None:
    rule, rows = f"rows_match_{upstream}", keyed(key)
    assert failures(table, rule, rows, {upstream: rows}) == []
    lost = failures(table, rule, rows.iloc[:2], {upstream: rows})
    assert_only(lost, SECOND, rule, f"in {upstream}, but not here", GAME, f"{key}=2")
    made_up = failures(table, rule, rows, {upstream: rows.iloc[:2]})
    assert_only(made_up, SECOND, rule, f"not in {upstream}", GAME, f"{key}=2")
    moved = rows.assign(game_date=pd.Timestamp(SECOND))
    assert {failure.game_date for failure in failures(table, rule, moved, {upstream: rows})} == {FIRST, SECOND}


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        pytest.param({}, True, id="2*(40-10) + 3*10 + 20 = 110"),
        pytest.param({"pts": 111}, False, id="a point too many"),
        pytest.param({"fg3m": 9}, False, id="a three that was a two"),
        pytest.param({"fgm": None}, True, id="shots not stated"),
    ],
)
def test_points_are_made_of_shots(change: dict[str, Any], passes: bool) -> None:
    rows = raw_frames([FIRST, SECOND])["team_box_scores"]
    hit = (rows["game_id"] == GAME) & (rows["team_id"] == BOS)
    for name, value in change.items():
        rows.loc[hit, name] = value
    found = failures("team_offense", "points_match_shots_made", rows)
    if passes:
        assert found == []
    else:
        assert_only(found, SECOND, "points_match_shots_made", GAME, str(BOS))


def player_rows() -> pd.DataFrame:
    """A team of five a date who each took 20 chances of 100 in 48 of 48 minutes: 20 % each, 100 % together."""
    days = [pd.Timestamp(FIRST)] * 5 + [pd.Timestamp(SECOND)] * 5
    rows = {
        "game_date": days, "game_id": [game_id(0, 0)] * 5 + [GAME] * 5, "team_id": BOS, "player_id": [*range(5)] * 2,
        "fga": 17.0, "fta": 0.0, "tov": 3.0, "minutes_played": 48.0, "game_minutes": 48.0, "usage_rate": 20.0,
    }  # fmt: skip
    return pd.DataFrame(rows).assign(absence="{}")


def test_usage_of_a_team_adds_up() -> None:
    rows = player_rows()
    assert failures("player_game_summary", "usage_sums_to_team", rows) == []
    rows.loc[7, "usage_rate"] = 20.02
    assert_only(
        failures("player_game_summary", "usage_sums_to_team", rows),
        SECOND,
        "usage_sums_to_team",
        GAME,
        str(BOS),
        "100.02",
    )


def test_usage_adds_up_to_the_share_of_those_who_have_one() -> None:
    """A player with a chance and no recorded minutes has no usage: the other four have 80 %."""
    rows = player_rows()
    rows.loc[7, ["usage_rate", "minutes_played"]] = [float("nan"), 0.0]
    assert failures("player_game_summary", "usage_sums_to_team", rows) == []


def without_usage(count: int, absence: str, minutes: float = 10.0) -> pd.DataFrame:
    rows = pd.concat([player_rows().iloc[5:]] * 8, ignore_index=True)
    rows.loc[: count - 1, "usage_rate"] = float("nan")
    return rows.assign(minutes_played=minutes, absence=absence)


@pytest.mark.parametrize(
    ("rows", "passes"),
    [
        pytest.param(without_usage(2, '{"usage_rate": "not_applicable"}'), True, id="95 % of 40"),
        pytest.param(without_usage(3, '{"usage_rate": "not_applicable"}'), False, id="92.5 % of 40"),
        pytest.param(without_usage(40, '{"usage_rate": "source_unavailable"}'), True, id="the source has no shots"),
        pytest.param(without_usage(40, '{"usage_rate": "did_not_play"}', minutes=0.0), True, id="nobody played"),
    ],
)
def test_usage_is_populated_on_95_percent_of_rows_with_minutes(rows: pd.DataFrame, passes: bool) -> None:
    found = failures("player_game_summary", "usage_populated", rows)
    if passes:
        assert found == []
    else:
        assert_only(found, SECOND, "usage_populated", "92.5%", "95%", "usage_rate")


@pytest.mark.parametrize("table", ["player_daily_cache", "player_composite_factors"])
def test_average_usage_is_populated_on_90_percent_of_rows_after_bootstrap(table: str) -> None:
    rows = pd.DataFrame(
        {
            "game_date": [pd.Timestamp(SECOND)] * 10,
            "avg_usage_rate_last_7_games": [20.0] * 9 + [None],
            "absence": ["{}"] * 9 + ['{"avg_usage_rate_last_7_games": "short_history"}'],
        }
    )
    assert failures(table, "avg_usage_populated", rows) == []
    rows.loc[0, "avg_usage_rate_last_7_games"] = None
    assert_only(failures(table, "avg_usage_populated", rows), SECOND, "avg_usage_populated", "80.0%", "90%")
    assert failures(table, "avg_usage_populated", rows, bootstrap=frozenset({SECOND})) == []
    assert not failures(table, "avg_usage_populated", rows)[0].blocks
    rows.loc[[0, 9], "absence"] = '{"avg_usage_rate_last_7_games": "upstream_missing"}'
    assert failures(table, "avg_usage_populated", rows) == [], "rows with a gap say so by themselves"


def test_zones_allowed_have_a_row_for_each_team_due_and_no_other() -> None:
    schedule = raw_frames([FIRST, SECOND])["game_schedule"]
    rows = schedule.melt(["game_date", "game_id"], ["home_team_id", "away_team_id"], value_name="team_id")
    upstream, table, rule = {"game_schedule": schedule}, "team_defense_zones", "teams_match_schedule"
    assert failures(table, rule, rows, upstream) == []
    hit = (rows["game_id"] == GAME) & (rows["team_id"] == NYK)
    assert_only(failures(table, rule, rows[~hit], upstream), SECOND, rule, "due by the schedule", GAME, str(NYK))
    off = {"game_schedule": schedule.assign(is_postponed=schedule["game_id"] == GAME)}
    assert_only(failures(table, rule, rows, off), SECOND, rule, "2 rows: not due", GAME, str(NYK))


@pytest.mark.parametrize(
    ("shares", "passes"),
    [
        pytest.param((0.333333, 0.333333, 0.333334), True, id="rounded"),
        pytest.param((0.5, 0.3, 0.2001), False, id="over one"),
        pytest.param((0.5, 0.3, 0.0), False, id="a zone too few"),
        pytest.param((None, None, None), True, id="no zones"),
        pytest.param((0.5, 0.5, None), False, id="two zones only"),
    ],
)
@pytest.mark.parametrize("size", [10, 20])
def test_zone_shares_are_of_one_whole(shares: tuple[float | None, ...], passes: bool, size: int) -> None:
    rows = pd.DataFrame({"game_date": [pd.Timestamp(SECOND)], "game_id": [GAME], "player_id": [7]})
    for n in (10, 20):
        used = shares if n == size else (1.0, 0.0, 0.0)
        rows = rows.assign(**dict(zip([f"{z}_share_last_{n}" for z in ZONES], used, strict=True)))
    rows = rows.astype({name: "float64" for name in rows if "share" in name})
    found = failures("player_shot_zones", "zone_shares_sum_to_one", rows)
    if passes:
        assert found == []
    else:
        assert_only(found, SECOND, "zone_shares_sum_to_one", GAME, "player_id=7", f"three_share_last_{size}")


@pytest.mark.parametrize("table", ["player_daily_cache", "upcoming_player_context", "player_shot_zones"])
def test_a_scheduled_team_has_eight_expected_players_after_bootstrap(table: str) -> None:
    schedule = raw_frames([SECOND])["game_schedule"].iloc[:1]
    rows = pd.DataFrame(
        {
            "game_date": pd.Timestamp(SECOND), "game_id": schedule["game_id"].iloc[0],
            "team_id": [BOS] * 8 + [NYK] * 8, "player_id": range(16),
        }
    )  # fmt: skip
    upstream = {"game_schedule": schedule}
    rule = "enough_expected_players"
    assert failures(table, rule, rows, upstream) == []
    assert_only(failures(table, rule, rows.iloc[:15], upstream), SECOND, rule, str(NYK), "players=7")
    assert_only(failures(table, rule, rows.iloc[:8], upstream), SECOND, rule, str(NYK))
    assert failures(table, rule, rows.iloc[:8], upstream, bootstrap=frozenset({SECOND})) == []
    called_off = {"game_schedule": schedule.assign(is_postponed=True)}
    assert failures(table, rule, rows.iloc[:0], called_off) == []


PREDICTED = keyed("player_id").assign(prediction_source="model", points_p10=2.0, points_median=5.0, points_p90=9.0)


def test_one_prediction_per_row_of_features() -> None:
    rule, table = "rows_match_ml_feature_store", "player_points_predictions"
    features = keyed("player_id")
    assert failures(table, rule, PREDICTED, {"ml_feature_store": features}) == []
    lost = failures(table, rule, PREDICTED.iloc[:2], {"ml_feature_store": features})
    assert_only(lost, SECOND, rule, "in ml_feature_store, but not here", GAME, "player_id=2")
    made_up = failures(table, rule, PREDICTED, {"ml_feature_store": features.iloc[:2]})
    assert_only(made_up, SECOND, rule, "not in ml_feature_store", GAME, "player_id=2")


def test_only_the_baseline_may_be_where_features_were_refused() -> None:
    rule, table = "rows_match_ml_feature_store", "player_points_predictions"
    other = PREDICTED.assign(game_id=[game_id(0, 0), GAME, game_id(1, 1)])
    refused = {"ml_feature_store": other.iloc[:2].assign(absence="{}")}
    stand_in = other.assign(prediction_source=["model", "model", "baseline"])
    assert failures(table, rule, stand_in, refused) == [], "the features of one game of the date were refused"
    assert_only(failures(table, rule, other, refused), SECOND, rule, "1 row: not in ml_feature_store", game_id(1, 1))
    beside_features = other.assign(game_id=[game_id(0, 0), GAME, GAME], prediction_source=stand_in["prediction_source"])
    found = failures(table, rule, beside_features, refused)
    assert_only(found, SECOND, rule, "not in ml_feature_store", "player_id=2")


def test_beside_features_the_baseline_is_for_rows_with_a_gap_alone() -> None:
    rule, table = "rows_match_ml_feature_store", "player_points_predictions"
    rows = PREDICTED.assign(prediction_source=["model", "baseline", "baseline"])
    gapped = '{"pts_last_5": "upstream_missing"}'
    features = keyed("player_id").assign(absence=[gapped, gapped, gapped])
    assert failures(table, rule, rows, {"ml_feature_store": features}) == []
    features["absence"] = ["{}", gapped, '{"pts_last_5": "short_history"}']
    found = failures(table, rule, rows, {"ml_feature_store": features})
    assert_only(found, SECOND, rule, "by the baseline, though its windows have no gap", "player_id=2")


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        pytest.param({}, True, id="2 <= 5 <= 9"),
        pytest.param({"points_p10": 5.0, "points_p90": 5.0}, True, id="all the same"),
        pytest.param({"points_p10": 5.1}, False, id="median below"),
        pytest.param({"points_p90": 4.9}, False, id="median above"),
        pytest.param({"points_p10": float("nan"), "points_p90": float("nan")}, True, id="no interval"),
    ],
)
def test_interval_is_in_order(change: dict[str, Any], passes: bool) -> None:
    rows = PREDICTED.copy()
    rows.loc[1, list(change)] = list(change.values())
    found = failures("player_points_predictions", "interval_in_order", rows)
    if passes:
        assert found == []
    else:
        assert_only(found, SECOND, "interval_in_order", GAME, "points_median=5.0")


def test_everybody_who_played_is_graded() -> None:
    rule, table = "rows_match_player_box_scores", "prediction_accuracy"
    box = pd.concat([keyed("player_id"), keyed("player_id").tail(1).assign(player_id=3)], ignore_index=True)
    box = box.assign(minutes=[20.0, 10.0, 5.0, float("nan")])
    graded = keyed("player_id")
    assert failures(table, rule, graded, {"player_box_scores": box}) == []
    assert_only(failures(table, rule, graded.iloc[:2], {"player_box_scores": box}), SECOND, rule, "player_id=2")
    benched = box.assign(minutes=[20.0, 10.0, 0.0, float("nan")])
    assert_only(failures(table, rule, graded, {"player_box_scores": benched}), SECOND, rule, "not in player_box_scores")
    counted = DERIVED_RULES[table].counted(staged(TABLES[table], graded.iloc[:2], {"player_box_scores": box}))
    assert counted == {FIRST: (1, 1), SECOND: (2, 1)}

"""A model goes without what is lost: two bad games of a window, and a date that failed after others had read it."""

import datetime as dt
import shutil
from dataclasses import dataclass

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nba_assets.assets.model.xgboost_points_model import CHECK, LEAK_CHECK
from nba_assets.contracts.conformed import no_rows
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.modelling.cards.card import card_paths
from nba_assets.modelling.gapped_rows import is_gapped
from nba_assets.modelling.registry.artefacts import read_metadata
from nba_assets.modelling.registry.decisions import promote
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.status import Status
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.port import Attempt
from nba_assets_tests.assets.test_one_bad_game import DATED, quarantined
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

pytestmark = pytest.mark.long

DAYS = 56
KEY = ["game_date", "game_id", "player_id"]
PREDICTIONS, STORE = "player_points_predictions", "ml_feature_store"
PRECOMPUTE = [name for name, contract in TABLES.items() if contract.dataset == "nba_precompute"]


@dataclass(frozen=True)
class Homes:
    """The same weeks without a fault, and with two games in quarantine; one model, trained on the latter, in both."""

    clean: Platform
    bad: Platform
    lost: dict[str, dt.date]
    teams: frozenset[int]
    training: dg.ExecuteInProcessResult


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    league = SimulatedLeague(seasons=1)
    weeks = league.first_date, league.first_date + dt.timedelta(days=DAYS - 1)
    clean = Platform(tmp_path_factory.mktemp("clean"), SlicedSource(league, *weeks, {"shot_attempts": nothing}))
    clean.run(tables=DATED)
    schedule = clean.rows("game_schedule")
    days = np.sort(schedule["game_date"].unique())
    games = pd.concat([schedule[schedule["game_date"] == days[at]].iloc[:1] for at in (-9, -7)])
    lost = dict(zip(games["game_id"], games["game_date"].dt.date, strict=True))

    def spoiled(rows: pd.DataFrame) -> pd.DataFrame:
        first = rows[rows["game_id"].isin(lost) & rows["ast"].notna()].drop_duplicates("game_id")
        rows.loc[first.index, "ast"] += 3
        return rows

    source = SlicedSource(league, *weeks)
    source.deliver(player_box_scores=spoiled, shot_attempts=nothing)
    bad = Platform(shutil.copytree(clean.settings.home, tmp_path_factory.mktemp("bad") / "home"), source)
    bad.run(min(lost.values()), weeks[1], tables=DATED)
    training = bad.run(tables=[MODEL])
    assert training.success, failure_messages(training)
    # whether so few weeks make a good model is not the question
    promote(bad.settings.models, 1, who="ann", why="a test", at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    shutil.copytree(bad.settings.models, clean.settings.models, dirs_exist_ok=True)
    for platform in (clean, bad):
        result = platform.run(tables=[PREDICTIONS])
        assert result.success, failure_messages(result)
    teams = frozenset(int(team) for team in games[["home_team_id", "away_team_id"]].to_numpy().ravel())
    return Homes(clean, bad, lost, teams, training)


def nothing(rows: pd.DataFrame) -> pd.DataFrame:
    """Without shots nothing compares with the whole league, of which a lost game is one of hundreds."""
    return rows.iloc[:0]


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in result.get_asset_check_evaluations()}


def test_the_games_are_left_out_and_listed(homes: Homes) -> None:
    for game_id, day in homes.lost.items():
        assert list(quarantined(homes.bad, "player_box_scores", day)) == [game_id]
    metadata = read_metadata(homes.bad.settings.models, 1)
    losses = metadata["losses"]
    listed = {(game["table"], game["game"], game["date"]) for game in losses["games"]}
    assert listed == {("player_box_scores", game_id, str(day)) for game_id, day in homes.lost.items()}
    assert losses["lost"] == 2 < losses["due"]
    text = card_paths(homes.bad.settings.models, 1)[0].read_text()
    assert f"2 of {losses['due']:,} games of the window are lost and left out" in text
    assert all(f"| player_box_scores | {day} | {game_id} |" in text for game_id, day in homes.lost.items())
    (shown,) = homes.training.asset_materializations_for_node(MODEL)
    assert shown.metadata["losses"].value == losses
    assert checks(homes.training)[CHECK].metadata["losses"].value == losses


def test_rows_with_a_gap_are_left_out_and_counted(homes: Homes) -> None:
    store = homes.bad.rows(STORE)
    gapped = store[is_gapped(store, FEATURE_COLUMNS)]
    assert {*gapped["team_id"], *gapped["opponent_team_id"]} >= homes.teams
    assert all(homes.teams & {row.team_id, row.opponent_team_id} for row in gapped.itertuples())
    played = homes.bad.rows("player_game_summary", "minutes_played > 0")
    rows = read_metadata(homes.bad.settings.models, 1)["rows"]
    assert rows["with_gap"] == len(gapped.merge(played[["game_id", "player_id"]])) > 50
    assert rows["used"] == len(store.merge(played[["game_id", "player_id"]])) - rows["with_gap"]


def test_only_rows_with_a_gap_are_predicted_by_the_baseline(homes: Homes) -> None:
    """Everybody else gets from the same version what he gets where nothing is lost."""
    clean, bad = (home.rows(PREDICTIONS).set_index(KEY).sort_index() for home in (homes.clean, homes.bad))
    store = homes.bad.rows(STORE)
    gapped = pd.MultiIndex.from_frame(store[is_gapped(store, FEATURE_COLUMNS)][KEY])
    served = clean["model_version"].notna().reindex(bad.index)
    assert served.any()
    assert (bad.index.get_level_values("game_date")[served] >= "2024-11-01").all()
    by_baseline = bad["prediction_source"] == "baseline"
    assert set(bad.index[by_baseline]) == set(gapped[gapped.isin(bad.index[served])])
    assert by_baseline.sum() > 50
    assert bad.loc[by_baseline, "predicted_points"].notna().all()
    assert bad.loc[by_baseline, "points_p10"].isna().all()
    whole = bad[~bad.index.isin(gapped)]
    pd.testing.assert_frame_equal(whole, clean.loc[whole.index])
    gone = clean.index.difference(bad.index).get_level_values("game_id")
    assert set(gone) <= set(homes.lost), "nobody else has lost a row"


def test_the_leak_gate_knows_what_was_lost_and_still_finds_a_leak(homes: Homes) -> None:
    found = checks(homes.training)[LEAK_CHECK]
    assert found.passed
    assert found.metadata["compared_stored_rows"].value is True
    last = homes.bad.source.horizon
    with homes.bad.warehouse.connect() as connection:
        connection.execute(
            "UPDATE nba_predictions.ml_feature_store SET minutes_last_5 = minutes_last_5 + 1 "
            f"WHERE game_date > DATE '{last}' - 4 AND minutes_last_5 IS NOT NULL"
        )
    try:
        refused = homes.bad.run(tables=[MODEL])
    finally:
        with homes.bad.warehouse.connect() as connection:
            connection.execute(
                "UPDATE nba_predictions.ml_feature_store SET minutes_last_5 = minutes_last_5 - 1 "
                f"WHERE game_date > DATE '{last}' - 4 AND minutes_last_5 IS NOT NULL"
            )
    assert not refused.success
    leaks = checks(refused)[LEAK_CHECK].metadata["leaks"].value.records
    assert {(leak.data["column"], leak.data["gate"]) for leak in leaks} == {("minutes_last_5", "stored rows")}


def test_a_date_that_failed_after_others_had_read_it_is_lost_and_no_leak(homes: Homes) -> None:
    schedule = homes.bad.rows("game_schedule")
    sizes = schedule.groupby("game_date").size()
    day = sizes[(sizes <= 4) & (sizes.index > "2024-10-30")].index[0].date()
    warehouse, contract = homes.bad.warehouse, TABLES["player_game_summary"]
    window = warehouse.read_window(contract, [day])
    verdict = Verdict(Status.REJECTED, (Failure(day, "usage_populated", "usage is there on 47 %"),))
    token = warehouse.last_token() + 1
    warehouse.publish(window, no_rows(contract), {day: verdict}, Attempt("r", token=token))
    # the newest date is built again, without it; all others have read what is published there
    assert homes.bad.run(homes.bad.source.horizon, tables=[*PRECOMPUTE, STORE]).success
    result = homes.bad.run(tables=[MODEL])
    assert result.success, failure_messages(result)
    metadata = read_metadata(homes.bad.settings.models, 2)
    lost = {game["game"]: game["reason"] for game in metadata["losses"]["games"]}
    assert set(lost) == {*homes.lost, *schedule.loc[schedule["game_date"] == pd.Timestamp(day), "game_id"]}
    assert f"player_game_summary {day} is rejected: usage_populated" in "".join(lost.values())
    assert metadata["rows"]["in_lost_games"] > 0
    assert str(homes.bad.source.horizon) in checks(result)[LEAK_CHECK].metadata["dates"].value

"""Files as their providers deliver them, a season of each through the whole pipeline: nearly everything is ready.

What can be expected is counted in the files themselves, not by the code under test: dates with games, and of each
player's games those that follow another one for the same team within the sixty days in which he is expected.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets_tests.platform import Platform, SlicedSource

pytestmark = [pytest.mark.long, pytest.mark.archive]

BUILT = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]
LOG, CHART, ODDS, PLAYS = (
    "nba_stats_leaguegamelog", "nba_stats_shotchartdetail", "odds_api_player_points", "bigdataball"
)  # fmt: skip
SHARE = 0.99
EXPECTED_DAYS = 60


def built(directory: Path, home: Path, first: dt.date | None = None, last: dt.date | None = None) -> Platform:
    source = ArchiveSource(directory, home / "landing")
    platform = Platform(home, SlicedSource(source, first or source.first_date, last or source.horizon))
    platform.run(tables=BUILT)
    return platform


def linked(directory: Path, files: Mapping[str, Path]) -> Path:
    """The files, each under its place in an archive."""
    for place, file in files.items():
        (directory / place).parent.mkdir(parents=True, exist_ok=True)
        (directory / place).symlink_to(file)
    return directory


def season_of_log(raw: Path, season: str) -> dict[str, Path]:
    return {name: raw / LOG / name for name in (f"games_{season}.csv", f"player_gamelogs_{season}.csv")}


def ready_share(platform: Platform, table: str, days: set[dt.date]) -> float:
    statuses = platform.statuses(table)
    return sum(statuses.get(day) == "ready" for day in days) / len(days)


def not_ready(platform: Platform) -> str:
    """The first reasons of what is not ready, for the message of a failing test."""
    ledger = platform.warehouse.ledger()
    refused = ledger[ledger["status"] == "rejected"]
    return "\n".join(
        f"{row.table_name} {row.game_date:%Y-%m-%d}: {row.reasons}" for row in refused.head(5).itertuples()
    )


def expected_players(box: pd.DataFrame) -> pd.DataFrame:
    """game_id and player_id of each game that a player played after another one for the team, sixty days at most."""
    rows = box.sort_values(["game_date", "game_id"])
    before = rows.groupby("player_id")[["game_date", "team_id"]].shift()
    is_due = (rows["game_date"] - before["game_date"]).dt.days.le(EXPECTED_DAYS) & rows["team_id"].eq(before["team_id"])
    return rows.loc[is_due, ["game_id", "player_id"]]


def share_with_features(platform: Platform, box: pd.DataFrame) -> float:
    """Share of those expected players who have a row in the feature store, with form, usage and the opponent's pace."""
    known = "pts_previous_game IS NOT NULL AND usage_rate_last_5 IS NOT NULL AND opponent_pace_last_10 IS NOT NULL"
    store = platform.rows("ml_feature_store", known)
    due = expected_players(box)
    return float(pd.MultiIndex.from_frame(due).isin(pd.MultiIndex.from_frame(store[["game_id", "player_id"]])).mean())


def box_of_log(raw: Path, season: str) -> pd.DataFrame:
    rows = pd.read_csv(raw / LOG / f"player_gamelogs_{season}.csv", dtype={"GAME_ID": str}, parse_dates=["GAME_DATE"])
    return rows[rows["MIN"] > 0].rename(columns=str.lower)


def dates_with_quotes(folder: Path) -> set[dt.date]:
    """Eastern dates of the games that the files have points lines of."""
    rows = pd.concat([pd.read_csv(file) for file in folder.glob("*.csv")])
    tipoffs = pd.to_datetime(rows.loc[rows["market"] == "player_points", "commence_time"], utc=True)
    return set(tipoffs.dt.tz_convert("America/New_York").dt.date)


@pytest.mark.parametrize("season", ["2024-25"])
def test_a_season_of_game_logs(shared_data: Path, tmp_path: Path, season: str) -> None:
    raw = shared_data / "raw"
    files = season_of_log(raw, season)
    if season == "2024-25":
        files |= {"shotchartdetail/BOS_2024-25.csv": raw / CHART / "BOS_2024-25.csv", ODDS: raw / ODDS}
    platform = built(linked(tmp_path / "archive", files), tmp_path)
    box = box_of_log(raw, season)
    days = set(box["game_date"].dt.date)
    assert len(days) > 150
    shares = {table: ready_share(platform, table, days) for table in BUILT}
    assert min(shares.values()) >= SHARE, f"{shares}\n{not_ready(platform)}"
    assert share_with_features(platform, box) >= SHARE
    if season == "2024-25":
        quoted = dates_with_quotes(raw / ODDS) & days
        assert len(quoted) > 70
        with_lines = set(platform.rows("point_lines")["game_date"].dt.date)
        assert len(with_lines & quoted) >= SHARE * len(quoted)


def test_a_season_of_play_by_play(shared_data: Path, tmp_path: Path) -> None:
    raw, archive = shared_data / "raw", shared_data / "archive"
    files = {f"{name}.parquet": archive / f"{name}.parquet" for name in ("games", "team_box", "player_box")}
    files |= {f"{PLAYS}/{file.name}": file for file in (raw / PLAYS).iterdir() if "2017-18" in file.name}
    first, last = dt.date(2017, 10, 17), dt.date(2018, 4, 11)
    platform = built(linked(tmp_path / "archive", files), tmp_path, first, last)
    box = pd.read_parquet(
        archive / "player_box.parquet", columns=["game_id", "game_date", "team_id", "player_id", "minutes"]
    )
    box = box[box["game_date"].between(str(first), str(last)) & box["minutes"].gt(0)]
    days = set(box["game_date"].dt.date)
    shares = {table: ready_share(platform, table, days) for table in BUILT}
    assert min(shares.values()) >= SHARE, f"{shares}\n{not_ready(platform)}"
    assert share_with_features(platform, box) >= SHARE
    with_shots = platform.rows("shot_attempts")["game_id"].nunique()
    assert with_shots >= 82

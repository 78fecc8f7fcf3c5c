"""Three weeks of the simulated league, built once: one date's box scores, of one game, could not be read.

Two teams lack its only game from then on: rows of theirs are null with a reason. On the date after it one game is wrong
and is quarantined: two more teams lack a game.
"""

import datetime as dt
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.settings import Settings
from nba_assets.sources.port import Problem
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.platform import Platform, SlicedSource, changed, without_game

TABLES_BUILT = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]
DAYS = 21


@dataclass(frozen=True)
class Weeks:
    """A built platform, without Dagster: what the commands of a terminal open."""

    settings: Settings
    warehouse: DuckDBWarehouse
    store: ClaimStore
    source: SlicedSource
    gap: dt.date
    game: pd.Series
    wrong: pd.Series
    run_id: str

    @property
    def after(self) -> dt.date:
        """The date after the gap: ready, with null rows of the two teams, and without the game that is wrong."""
        return self.gap + dt.timedelta(days=1)

    def rows(self, query: str) -> pd.DataFrame:
        with self.warehouse.connect() as connection:
            return connection.execute(query).df()

    def copied(self, home: Path) -> "Weeks":
        """The same in a home of its own, to be changed."""
        shutil.copytree(self.settings.home, home, dirs_exist_ok=True)
        settings = replace(self.settings, home=home)
        warehouse = DuckDBWarehouse(settings.warehouse, self.warehouse.days, self.warehouse.history_start)
        return replace(self, settings=settings, warehouse=warehouse, store=ClaimStore(settings.claims_url))


def build(home: Path) -> Weeks:
    league = SimulatedLeague(seasons=1)
    first = league.first_date + dt.timedelta(days=60)
    source = SlicedSource(league, first, first + dt.timedelta(days=DAYS - 1))
    schedule = source.read("game_schedule", source.first_date, source.horizon).rows
    games = schedule.groupby("game_date")["game_id"].transform("size")
    game = schedule[(games == 1) & (schedule["game_date"] > pd.Timestamp(first) + pd.Timedelta(days=14))].iloc[-1]
    wrong = schedule[schedule["game_date"] == game["game_date"] + pd.Timedelta(days=1)].iloc[0]
    lost, corrupted = without_game(game["game_id"]), changed(wrong["game_id"], "ast", 3)
    unread = Problem(game["game_date"].date(), "the file of the date cannot be read")
    source.deliver(team_box_scores=lost, player_box_scores=lambda rows: corrupted(lost(rows)))
    source.report(team_box_scores=unread, player_box_scores=unread)
    platform = Platform(home, source)
    run = platform.run(tables=TABLES_BUILT)
    return Weeks(
        platform.settings, platform.warehouse, platform.claims, source, game["game_date"].date(), game, wrong,
        run.run_id,
    )  # fmt: skip

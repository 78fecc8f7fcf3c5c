"""Rules of points lines and injury reports: sound rows pass all of them, each fault fails one on its own date."""

from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import Absence
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES, REPORT_TABLES
from nba_assets.contracts.tables import TABLES
from nba_assets.domain.absence import absence_column
from nba_assets.readiness.audit import audit
from nba_assets.readiness.derived_rules import DERIVED_RULES
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.pregame_rules import REPORT_RULES
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets_tests.raw_games import BOS, LAL, game_id, raw_frames
from nba_assets_tests.readiness.staged_rows import FIRST, SECOND, assert_only, staged

DAYS = [FIRST, SECOND]
PLAYERS = 20


def schedule(tipoff: bool = True) -> pd.DataFrame:
    games = raw_frames(DAYS)["game_schedule"]
    return games.assign(tipoff_utc=(games["game_date"] + pd.Timedelta(hours=24)).dt.tz_localize("UTC")) if tipoff else (
        games.assign(tipoff_utc=pd.Series(pd.NaT, games.index, dtype="datetime64[ns, UTC]"))
    )  # fmt: skip


def lines() -> pd.DataFrame:
    rows = [
        {"game_id": game_id(number, 0), "game_date": day, "player_name": f"Player {player}", "player_id": player,
         "bookmaker": "book", "points_line": 20.5, "over_price": -110, "under_price": -110,
         "snapshot_at": pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=23), "is_verified_before_tipoff": True}
        for number, day in enumerate(DAYS) for player in range(PLAYERS)
    ]  # fmt: skip
    return conform(POINT_LINES, pd.DataFrame(rows).assign(absence="{}")).rows


def reports() -> pd.DataFrame:
    rows = [
        {"game_id": game_id(number, 0), "game_date": day, "team_id": BOS, "player_name": f"Player {player}",
         "player_id": player, "status": "out", "reason": "Knee",
         "reported_at": pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=17)}
        for number, day in enumerate(DAYS) for player in range(PLAYERS)
    ]  # fmt: skip
    return conform(INJURY_REPORTS, pd.DataFrame(rows).assign(absence="{}")).rows


ROWS = {"point_lines": lines, "injury_reports": reports}


def changed(rows: pd.DataFrame, count: int = 1, **values: object) -> pd.DataFrame:
    """The last rows of the second date with other values, their nulls with a reason."""
    rows = rows.copy()
    for name, value in values.items():
        rows[name] = rows[name].where(rows.index < len(rows) - count, value)
    contract = POINT_LINES if "bookmaker" in rows else INJURY_REPORTS
    nullable = dict.fromkeys(contract.nullable_columns, Absence.SOURCE_UNAVAILABLE)
    return rows.assign(absence=absence_column(rows, nullable))


def failures(table: str, rows: pd.DataFrame, tipoff: bool = True) -> list[Failure]:
    checked = staged(TABLES[table], rows, {"game_schedule": schedule(tipoff)})
    return list(rules_of(TABLES[table]).failures(checked))


@pytest.mark.parametrize("table", list(ROWS))
@pytest.mark.parametrize("tipoff", [True, False])
def test_sound_rows_pass(table: str, tipoff: bool) -> None:
    assert failures(table, ROWS[table](), tipoff) == []


@pytest.mark.parametrize("table", list(ROWS))
def test_a_date_without_rows_is_ready(table: str) -> None:
    checked = staged(TABLES[table], ROWS[table]().iloc[:0], {"game_schedule": schedule()})
    verdicts = audit(checked, rules_of(TABLES[table]), [])
    assert {verdict.status for verdict in verdicts.values()} == {Status.READY}


@pytest.mark.parametrize(
    ("table", "values", "rule", "fragment"),
    [
        ("point_lines", {"game_id": "0022400999"}, "only_scheduled_games", "game_id=0022400999"),
        ("point_lines", {"game_id": game_id(0, 0)}, "only_scheduled_games", "not on the schedule of the date"),
        ("point_lines", {"snapshot_at": pd.Timestamp("2024-12-05T00:00:00Z")}, "before_tipoff", "at or after tip-off"),
        ("point_lines", {"snapshot_at": pd.NaT}, "before_tipoff", "called verified without a snapshot time"),
        ("point_lines", {"over_price": 99.0}, "prices_are_american_odds", "over_price=99.0"),
        ("point_lines", {"under_price": -50.0}, "prices_are_american_odds", "no American odds"),
        ("point_lines", {"points_line": -0.5}, "within_range", "points_line=-0.5"),
        ("injury_reports", {"game_id": "0022400999"}, "only_scheduled_games", "game_id=0022400999"),
        ("injury_reports", {"team_id": LAL}, "team_plays_in_game", f"team_id={LAL}"),
        ("injury_reports", {"reported_at": pd.Timestamp("2024-11-30T17:00:00Z")}, "report_near_game", "3 days before"),
        ("injury_reports", {"reported_at": pd.Timestamp("2024-12-07T17:00:00Z")}, "report_near_game", "one after it"),
        ("injury_reports", {"status": "hurt"}, "within_range", "status=hurt"),
    ],
)
def test_a_fault_fails_its_rule(table: str, values: dict[str, Any], rule: str, fragment: str) -> None:
    assert_only(failures(table, changed(ROWS[table](), **values)), SECOND, rule, fragment)


def test_a_snapshot_a_second_before_tip_off_is_in_time() -> None:
    in_time = changed(lines(), snapshot_at=pd.Timestamp("2024-12-04T23:59:59Z"))
    assert failures("point_lines", in_time) == []


@pytest.mark.parametrize(("table", "share"), [("point_lines", 0.1), ("injury_reports", 0.5)])
def test_so_many_names_may_be_nobodys(table: str, share: float) -> None:
    most = int(share * PLAYERS)
    assert failures(table, changed(ROWS[table](), most, player_id=float("nan"))) == []
    many = failures(table, changed(ROWS[table](), most + 1, player_id=float("nan")))
    assert_only(many, SECOND, "names_resolved", f"{most + 1} of {PLAYERS} names", "Player 9")


def test_teams_without_a_list_are_no_unknown_names() -> None:
    waiting = changed(reports(), 1, status="not_yet_submitted", player_name="NOT YET SUBMITTED", player_id=float("nan"))
    assert failures("injury_reports", waiting.tail(1)) == []


def test_who_is_listed_out_is_no_lost_player() -> None:
    rule = DERIVED_RULES["upcoming_player_context"].rules["enough_expected_players"]
    games = schedule()
    teams = [(row.game_id, row.game_date, team) for row in games.itertuples() for team in
             (row.home_team_id, row.away_team_id)]  # fmt: skip
    rows = pd.DataFrame(
        [(*team, player) for team in teams for player in range(8)],
        columns=["game_id", "game_date", "team_id", "player_id"],
    )
    six = rows[~((rows["game_id"] == game_id(1, 0)) & (rows["team_id"] == BOS) & (rows["player_id"] >= 6))]
    assert_only(
        list(rule(staged(TABLES["upcoming_player_context"], six, {"game_schedule": games}))),
        SECOND, "enough_expected_players", f"team_id={BOS}",
    )  # fmt: skip
    listed = reports().query("player_id in (6, 7)")
    for status, expected in (("out", 0), ("questionable", 1)):
        upstream = {"game_schedule": games, "injury_reports": listed.assign(status=status)}
        assert len(list(rule(staged(TABLES["upcoming_player_context"], six, upstream)))) == expected


def test_every_report_table_has_its_rules() -> None:
    assert {contract.name for contract in REPORT_TABLES} == set(REPORT_RULES)

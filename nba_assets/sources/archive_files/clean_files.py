"""Files games, team_box and player_box (.parquet or .csv) keyed by NBA ids: the clean archive layout."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.sources.archive_files import game_facts
from nba_assets.sources.archive_files.game_facts import Stated
from nba_assets.sources.archive_files.game_minutes import GameMinutes, game_minutes, overtime_periods
from nba_assets.sources.archive_files.not_covered import NAME as NOT_COVERED
from nba_assets.sources.archive_files.not_covered import NotCovered, read_not_covered
from nba_assets.sources.parsing import normalise, raw_frames, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem

TABLES = ("games", "team_box", "player_box")

_GAMES = ("game_id", "game_date", "home_team_id", "away_team_id", "neutral_site", "home_pts", "away_pts")
_GAMES_OPTIONAL = ("minutes_home", "ot_periods", "status")
_SIDES, _SCORE = ("home_team_id", "away_team_id"), ("home_pts", "away_pts")
_GAME_FACTS = (*_SIDES, *_SCORE)
_LABELS = ("season", "season_type")
"""Columns that need not be there; where they are, they must be what the game's id and its date say."""

_CALLED_OFF = ("postponed", "not_played")

_TEAM = ("game_id", "game_date", "team_id", *BOX_COUNTS)
_PLAYER = (*_TEAM, "player_id", "player_name", "minutes", "plus_minus")
_PLAYER_OPTIONAL = ("is_home", "starter", "dnp_reason")
_TEXT = (
    "game_id",
    "game_date",
    "season",
    "season_type",
    "minutes",
    "minutes_home",
    "player_id",
    "player_name",
    "dnp_reason",
)


@dataclass(frozen=True)
class CleanFiles:
    """Parser of the three landed files, given by table name; phases that `not_covered` names are in no table."""

    files: Mapping[str, LandedFile]

    def schedule(self) -> Parsed:
        """Games due; home and away are those of the games file."""
        games = self._games
        facts = pd.DataFrame(
            {
                "game_id": games.game_ids("game_id"),
                "game_date": games.dates("game_date"),
                "home_team_id": games.team_ids("home_team_id"),
                "away_team_id": games.team_ids("away_team_id"),
                "is_neutral_site": games.optional("neutral_site", normalise.booleans, "true or false"),
                "is_postponed": _statuses(games).isin(_CALLED_OFF),
                "tipoff_utc": pd.NaT,
            }
        )
        facts = game_facts.with_settled(facts, self.judged.settled)
        schedule_reconciliation.check_schedule(games, "game_id", facts)
        usable = schedule_reconciliation.usable(games, facts)
        notes = (*self._notes, *games.notes(facts["game_date"]))
        return Parsed(raw_frames.schedule_rows(usable), games.problems(facts["game_date"]), notes=notes)

    def results(self, schedule: pd.DataFrame) -> Parsed:
        """Final scores; a game without a score is scheduled, unless its `status` says that it is not played."""
        games = self._games
        home, away = (games.read(column, normalise.counts, "a number of points") for column in ("home_pts", "away_pts"))
        games.fault(home.isna() != away.isna(), "home_pts", "and away_pts: one score is missing")
        played = home.notna() & away.notna()
        ids = games.game_ids("game_id")
        minutes = self._minutes.minutes.reindex(ids).set_axis(ids.index)
        games.fault(played & minutes.isna(), "game_id", "has neither ot_periods nor minutes")
        stated = _statuses(games)
        games.fault(played & stated.isin(_CALLED_OFF), "status", "is not that of a game with a score")
        games.fault(~played & stated.eq("final"), "status", "is not that of a game without a score")
        facts = pd.DataFrame(
            {
                "game_id": ids,
                "game_date": games.dates("game_date"),
                "status": stated.fillna("scheduled").mask(played, "final"),
                "home_pts": home.where(played),
                "away_pts": away.where(played),
                "overtime_periods": overtime_periods(minutes).where(played),
            }
        )
        facts = game_facts.with_settled(facts, self.judged.settled)
        usable = facts[ids.isin(schedule["game_id"]) & ~games.bad]
        notes = self._minutes.notes(usable, self.files["games"].name)
        return Parsed(raw_frames.result_rows(usable), games.problems(facts["game_date"]), notes)

    def team_boxes(self, schedule: pd.DataFrame) -> Parsed:
        """Official totals. Both teams have the minutes of the game: 240 and 25 for each overtime."""
        box = self._rows("team_box", _TEAM, ("is_home",))
        lines = pd.DataFrame(
            {
                "game_id": box.game_ids("game_id"),
                "team_id": box.team_ids("team_id"),
                **{column: box.read(column, normalise.counts, "a whole number") for column in BOX_COUNTS},
            }
        )
        day = _placed(box, lines, schedule)
        lines["minutes"] = self._minutes.minutes.reindex(lines["game_id"]).to_numpy()
        box.fault(lines["minutes"].isna() & ~box.bad, "game_id", "is a game without ot_periods or minutes")
        usable = schedule_reconciliation.usable(box, lines)
        return Parsed(raw_frames.team_rows(usable, schedule), box.problems(day))

    def player_boxes(self, schedule: pd.DataFrame) -> Parsed:
        """Box lines of players; a line without minutes is one who did not play."""
        box = self._rows("player_box", _PLAYER, _PLAYER_OPTIONAL)
        lines = pd.DataFrame(
            {
                "game_id": box.game_ids("game_id"),
                "team_id": box.team_ids("team_id"),
                "player_id": box.read("player_id", normalise.player_ids, "an NBA player id"),
                "player_name": box.labels("player_name"),
                "is_starter": box.optional("starter", normalise.booleans, "true or false"),
                "minutes": box.read("minutes", normalise.minutes, "minutes (32, 32.5 or MM:SS)"),
                "dnp_reason": box.rows["dnp_reason"],
                **{column: box.read(column, normalise.counts, "a whole number") for column in BOX_COUNTS},
                "plus_minus": box.optional("plus_minus", normalise.counts, "a whole number"),
            },
            copy=False,
        )
        day = _placed(box, lines, schedule)
        schedule_reconciliation.check_did_not_play(box, "minutes", lines)
        usable = schedule_reconciliation.usable(box, lines)
        return Parsed(raw_frames.player_rows(usable, schedule), box.problems(day), box.notes(day))

    @cached_property
    def judged(self) -> game_facts.Judged:
        """What becomes of facts that are not stated alike."""
        return game_facts.judged(self.stated)

    @cached_property
    def stated(self) -> list[Stated]:
        """What games and box lines say of the games; points are those of the home team that most say there was."""
        games = self._rows("games", ("game_id", "game_date", *_GAME_FACTS), _LABELS)
        points = {name: _numbers(games.rows[name]) for name in _SCORE}
        facts = pd.DataFrame(
            {
                "game_id": normalise.game_ids(games.rows["game_id"]),
                **{name: _numbers(games.rows[name]) for name in _SIDES},
                **_when(games),
            }
        )
        found = [Stated(games, facts, {name: name for name in (*map(str, facts), *_SCORE)})]
        for table in ("team_box", "player_box"):
            box = self._rows(table, ("game_id", "game_date", "team_id", "pts"), ("is_home", *_LABELS))
            says_home, _ = normalise.booleans(box.rows["is_home"])
            team, labels = _numbers(box.rows["team_id"]), _when(box)
            lines = {
                "game_id": normalise.game_ids(box.rows["game_id"]),
                "home_team_id": team.where(says_home.eq(1)),
                "away_team_id": team.where(says_home.eq(0)),
            }
            columns = {**dict.fromkeys(_SIDES, "is_home"), **dict.fromkeys(_SCORE, "pts")}
            found.append(Stated(box, pd.DataFrame(lines | labels), columns | {name: name for name in labels}))
        placed = game_facts.with_settled(facts, game_facts.settled(found, _SIDES))
        placed = placed.dropna(subset=["game_id", "home_team_id"]).drop_duplicates("game_id")
        home = placed.set_index("game_id")["home_team_id"]
        return [
            replace(found[0], facts=facts.assign(**points)),
            *(replace(box, facts=box.facts.assign(**_score(box, home))) for box in found[1:]),
        ]

    @property
    def _games(self) -> DeliveredRows:
        return DeliveredRows([self._games_part], _GAMES)

    @cached_property
    def _not_covered(self) -> NotCovered:
        return read_not_covered(self.files[NOT_COVERED]) if NOT_COVERED in self.files else NotCovered()

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """The phases of seasons that are declared as not covered."""
        return frozenset(self._not_covered.reasons)

    @property
    def _notes(self) -> tuple[Problem, ...]:
        if not self._not_covered.reasons:
            return ()
        games = self._read("games", ("game_id", "game_date"), ())
        return self._not_covered.notes(games["game_id"], games["game_date"])

    @cached_property
    def _games_part(self) -> tuple[str, pd.DataFrame]:
        return self._part("games", _GAMES, _GAMES_OPTIONAL)

    def _rows(self, table: str, columns: Collection[str], optional: Collection[str]) -> DeliveredRows:
        return DeliveredRows([self._part(table, columns, optional)], columns)

    def _part(self, table: str, columns: Collection[str], optional: Collection[str]) -> tuple[str, pd.DataFrame]:
        rows = self._read(table, columns, optional)
        if self._not_covered.reasons and "game_id" in rows:
            rows = rows[~self._not_covered.hits(rows["game_id"])]
        for column in optional:
            if column not in rows:
                rows[column] = None
        return self.files[table].name, rows

    def _read(self, table: str, columns: Collection[str], optional: Collection[str]) -> pd.DataFrame:
        file = self.files[table]
        return read_file(file.path, file.name, {*columns, *optional}, _TEXT)

    @cached_property
    def _minutes(self) -> GameMinutes:
        games = self._games
        stated = games.read("minutes_home", normalise.minutes, "minutes")
        overtimes = games.read("ot_periods", normalise.counts, "a number of overtimes")
        box = self._rows("player_box", ("game_id", "team_id", "minutes"), ())
        played = pd.DataFrame(
            {
                "game_id": box.game_ids("game_id"),
                "team_id": box.rows["team_id"],
                "minutes": box.read("minutes", normalise.minutes, "minutes"),
            }
        )
        return game_minutes(games.game_ids("game_id"), stated, overtimes, played)


def _statuses(games: DeliveredRows) -> pd.Series:
    return games.read("status", normalise.game_statuses, "scheduled, final, postponed, not_played or if_necessary")


def _placed(box: DeliveredRows, lines: pd.DataFrame, schedule: pd.DataFrame) -> pd.Series:
    box.read("is_home", normalise.booleans, "true or false")
    own_date, _ = normalise.dates(box.rows["game_date"])
    return schedule_reconciliation.match_schedule(box, "game_id", lines, schedule, own_date)


def _when(rows: DeliveredRows) -> dict[str, pd.Series]:
    """Date, season and phase of each row as it states them, null where that is not understood."""
    return {
        "game_date": normalise.dates(rows.rows["game_date"])[0],
        "season": normalise.season_labels(rows.rows["season"]),
        "season_type": normalise.season_types(rows.rows["season_type"]),
    }


def _score(box: Stated, home: pd.Series) -> dict[str, pd.Series]:
    """Points of the home and of the away team on the lines of a box file: the sums over their lines."""
    game_ids, team, pts = box.facts["game_id"], _numbers(box.rows.rows["team_id"]), _numbers(box.rows.rows["pts"])
    of_team = pts.groupby([game_ids, team])
    total = of_team.transform("sum").where(of_team.transform("count").gt(0))
    of_game = home.reindex(game_ids).set_axis(team.index)
    return {"home_pts": total.where(team.eq(of_game)), "away_pts": total.where(team.lt(of_game) | team.gt(of_game))}


def _numbers(values: pd.Series) -> pd.Series:
    numbers, _ = normalise.counts(values)
    return numbers

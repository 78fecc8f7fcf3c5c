"""NBA Stats LeagueGameLog: one row per team-game or player-game, home and away only in the text MATCHUP."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from nba_assets.contracts.game_constants import OVERTIME_TEAM_MINUTES, REGULATION_TEAM_MINUTES
from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.contracts.teams import TEAM_BY_TRICODE
from nba_assets.sources.archive_files.game_facts import Judged, Stated, judged
from nba_assets.sources.archive_files.game_minutes import overtime_periods
from nba_assets.sources.parsing import normalise, raw_frames, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed

Part = tuple[str, pd.DataFrame]

_GAME = ("GAME_ID", "GAME_DATE", "TEAM_ID", "TEAM_ABBREVIATION", "MATCHUP")
_SEASON, _PLUS_MINUS = "SEASON_ID", "PLUS_MINUS"
"""Columns that need not be there; PLUS_MINUS among teams."""

_COUNTS = tuple(column.upper() for column in BOX_COUNTS)
TEAM_COLUMNS = (*_GAME, "MIN", *_COUNTS)
PLAYER_COLUMNS = (*_GAME, "PLAYER_ID", "PLAYER_NAME", "MIN", *_COUNTS, "PLUS_MINUS")
_TEXT = (*_GAME, _SEASON, "PLAYER_ID", "PLAYER_NAME", "MIN")
_MATCHUP = r"^\s*([A-Z]+) (vs\.|@) ([A-Z]+)\s*$"
_ROUNDING_MINUTES = 5.0
"""How far a team's MIN may be from the minutes of its game: it is the sum of its players' whole minutes, of which up
to 15 are rounded. Of 9,840 team-games of 2021-22 to 2024-25 it is off by -3 to 4, and is their sum in every one."""


@dataclass(frozen=True)
class LeagueGameLog:
    """Parser of landed game and player logs; the files of a kind are read as one table."""

    team_files: Sequence[LandedFile]
    player_files: Sequence[LandedFile]

    def schedule(self) -> Parsed:
        return schedule(self._team_parts)

    def results(self, schedule: pd.DataFrame) -> Parsed:
        return results(self._team_parts, schedule)

    def team_boxes(self, schedule: pd.DataFrame) -> Parsed:
        return team_boxes(self._team_parts, schedule, player_sums(self._player_parts))

    def player_boxes(self, schedule: pd.DataFrame) -> Parsed:
        return player_boxes(self._player_parts, schedule)

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """Nothing: a log declares nothing."""
        return frozenset()

    @cached_property
    def judged(self) -> Judged:
        """What becomes of facts that are not stated alike."""
        return judged(self.stated)

    @cached_property
    def stated(self) -> list[Stated]:
        """What the logs of teams and of players say of the games."""
        return [_stated(parts) for parts in (self._team_parts, self._player_parts)]

    @cached_property
    def _team_parts(self) -> list[Part]:
        return [_part(file, TEAM_COLUMNS) for file in self.team_files]

    @cached_property
    def _player_parts(self) -> list[Part]:
        return [_part(file, PLAYER_COLUMNS) for file in self.player_files]


def schedule(parts: Sequence[Part]) -> Parsed:
    """Games due, out of the rows of teams or of players.

    'BOS vs. NYK' and 'NYK @ BOS' both make BOS the home team, whichever team's row it is; all rows of a game must
    name the same one. For a game at a neutral site the provider writes one text into both rows, from which the
    designated home team is read as from any other; that sameness is the only sign of a neutral site, and before
    2024-25 it is not given, so that `is_neutral_site` says no more than this sign.
    """
    log = DeliveredRows(parts, _GAME)
    facts = _games(log)
    schedule_reconciliation.check_schedule(log, "MATCHUP", facts)
    usable = schedule_reconciliation.usable(log, facts)
    return Parsed(raw_frames.schedule_rows(usable.drop_duplicates("game_id")), log.problems(facts["game_date"]))


def results(parts: Sequence[Part], schedule: pd.DataFrame) -> Parsed:
    """Final scores and overtimes, out of the rows of teams; a log lists played games only."""
    log = DeliveredRows(parts, TEAM_COLUMNS)
    facts = pd.DataFrame(
        {
            "game_id": log.game_ids("GAME_ID"),
            "team_id": log.team_ids("TEAM_ID"),
            "pts": log.read("PTS", normalise.counts, "a number of points", required=True),
            "overtime_periods": overtime_periods(
                log.read("MIN", normalise.minutes, "a number of minutes", required=True)
            ),
        }
    )
    own_date = log.dates("GAME_DATE")
    day = schedule_reconciliation.match_schedule(log, "GAME_ID", facts, schedule, own_date)
    by_game, by_team = facts.groupby("game_id"), facts.groupby(["game_id", "team_id"])
    log.fault(by_game["team_id"].transform("nunique").ne(2), "GAME_ID", "is a game without the rows of both teams")
    log.fault(by_team["pts"].transform("nunique").gt(1), "PTS", "is one of several scores given for the team")
    log.fault(
        by_game["overtime_periods"].transform("nunique").gt(1),
        "MIN",
        "gives another number of overtimes than other rows",
    )
    usable = schedule_reconciliation.usable(log, facts).drop_duplicates(["game_id", "team_id"])
    home = raw_frames.schedule_of(usable["game_id"], schedule)["home_team_id"]
    at_home = usable["team_id"].eq(home)
    away = usable[~at_home].set_index("game_id")["pts"]
    final = usable[at_home].assign(
        game_date=day, status="final", home_pts=usable["pts"], away_pts=lambda rows: rows["game_id"].map(away)
    )
    return Parsed(raw_frames.result_rows(final.dropna(subset="away_pts")), log.problems(day))


def team_boxes(parts: Sequence[Part], schedule: pd.DataFrame, summed: pd.DataFrame | None = None) -> Parsed:
    """Team totals, the minutes those of the game: 240 and 25 for each overtime.

    The delivered MIN is near to them, and is the sum of the players' minutes (`player_sums`) where they are given. So
    is five times PLUS_MINUS, a column that need not be there, the sum of theirs.
    """
    log = DeliveredRows(parts, TEAM_COLUMNS)
    stated = log.read("MIN", normalise.minutes, "a number of minutes", required=True)
    minutes = REGULATION_TEAM_MINUTES + OVERTIME_TEAM_MINUTES * overtime_periods(stated)
    log.fault((stated - minutes).abs() > _ROUNDING_MINUTES, "MIN", "is far from 240 minutes and 25 for each overtime")
    lines = _lines(log).assign(minutes=minutes)
    if summed is not None:
        of_players = summed.reindex(pd.MultiIndex.from_frame(lines[["game_id", "team_id"]])).set_axis(lines.index)
        off = (of_players["minutes"] - stated).abs() > 0
        log.fault(off, "MIN", "is not the sum of the minutes of its players in the player file")
        if _PLUS_MINUS in log.rows:
            fifths = pd.to_numeric(log.rows[_PLUS_MINUS], errors="coerce") * 5
            off = (of_players["plus_minus"] - fifths.round()).abs() > 0
            log.fault(off, _PLUS_MINUS, "is not a fifth of the plus_minus of its players in the player file")
    day = schedule_reconciliation.match_schedule(log, "GAME_ID", lines, schedule, log.dates("GAME_DATE"))
    usable = schedule_reconciliation.usable(log, lines)
    return Parsed(raw_frames.team_rows(usable, schedule), log.problems(day))


def player_boxes(parts: Sequence[Part], schedule: pd.DataFrame) -> Parsed:
    """Box lines of players who appeared, in whole minutes; the log knows neither starters nor who did not play."""
    log = DeliveredRows(parts, PLAYER_COLUMNS)
    lines = _lines(log).assign(
        player_id=log.read("PLAYER_ID", normalise.player_ids, "an NBA player id"),
        player_name=log.labels("PLAYER_NAME"),
        is_starter=float("nan"),
        minutes=log.read("MIN", normalise.minutes, "a number of minutes"),
        dnp_reason=None,
        plus_minus=log.read("PLUS_MINUS", normalise.counts, "a whole number"),
    )
    schedule_reconciliation.check_did_not_play(log, "MIN", lines)
    day = schedule_reconciliation.match_schedule(log, "GAME_ID", lines, schedule, log.dates("GAME_DATE"))
    usable = schedule_reconciliation.usable(log, lines)
    return Parsed(raw_frames.player_rows(usable, schedule), log.problems(day))


def player_sums(players: Sequence[Part]) -> pd.DataFrame:
    """Sums of minutes and plus_minus over the players, by game id and team id; null where a player's is not known."""
    log = DeliveredRows(players, PLAYER_COLUMNS)
    facts = pd.DataFrame(
        {
            "game_id": log.game_ids("GAME_ID"),
            "team_id": log.team_ids("TEAM_ID"),
            "minutes": log.read("MIN", normalise.minutes, "a number of minutes"),
            "plus_minus": log.read("PLUS_MINUS", normalise.counts, "a whole number"),
        }
    )
    by_team = facts.groupby(["game_id", "team_id"])[["minutes", "plus_minus"]]
    sums = by_team.sum()
    return sums.where(by_team.count().eq(by_team.size(), axis=0))


def _lines(log: DeliveredRows) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "game_id": log.game_ids("GAME_ID"),
            "team_id": log.team_ids("TEAM_ID"),
            **{column: log.read(column.upper(), normalise.counts, "a whole number") for column in BOX_COUNTS},
        }
    )


def _games(log: DeliveredRows) -> pd.DataFrame:
    """Date, home and away team of each row of the log."""
    matchup = log.rows["MATCHUP"].astype(str).str.extract(_MATCHUP)
    left, right = normalise.tricodes(matchup[0]), normalise.tricodes(matchup[2])
    left_is_home = matchup[1].eq("vs.")
    understood = left.notna() & right.notna()
    log.fault(~understood, "MATCHUP", "is not of the form 'BOS vs. NYK' or 'NYK @ BOS' with NBA tricodes")
    own = normalise.tricodes(log.rows["TEAM_ABBREVIATION"])
    log.fault(understood & own.ne(left) & own.ne(right), "MATCHUP", "does not name the row's own team")
    id_by_tricode = {tricode: team.team_id for tricode, team in TEAM_BY_TRICODE.items()}
    log.fault(log.team_ids("TEAM_ID").ne(own.map(id_by_tricode)), "TEAM_ID", "is not the id of TEAM_ABBREVIATION")
    ids = log.game_ids("GAME_ID")
    teams_of_text = own.groupby([ids, log.rows["MATCHUP"]]).transform("nunique")
    return pd.DataFrame(
        {
            "game_id": ids,
            "game_date": log.dates("GAME_DATE"),
            "home_team_id": left.where(left_is_home, right).map(id_by_tricode),
            "away_team_id": right.where(left_is_home, left).map(id_by_tricode),
            "is_neutral_site": teams_of_text.eq(2),
            "is_postponed": False,
            "tipoff_utc": pd.NaT,
        }
    )


def _stated(parts: Sequence[Part]) -> Stated:
    """What a log says of the games. At a neutral site nobody is at home: there the text designates a home team."""
    log = DeliveredRows(parts, _GAME)
    facts = _games(log)
    is_neutral = _is_neutral(log, facts["game_id"])
    facts["is_neutral_site"] = is_neutral
    facts["designated_home"] = facts["home_team_id"].where(is_neutral)
    for side in ("home_team_id", "away_team_id"):
        facts[side] = facts[side].mask(is_neutral)
    of_matchup = ("home_team_id", "away_team_id", "is_neutral_site", "designated_home")
    columns = {"game_date": "GAME_DATE", **dict.fromkeys(of_matchup, "MATCHUP")}
    if _SEASON not in log.rows:
        return Stated(log, facts, columns)
    seasons = normalise.season_labels(log.rows[_SEASON])
    return Stated(log, facts.assign(season=seasons), columns | {"season": _SEASON})


def _is_neutral(log: DeliveredRows, game_ids: pd.Series) -> pd.Series:
    """Whether the rows of a game's two teams do not have one at home and one away.

    That is how the provider marks a neutral site: one text for both teams among teams, `@` for both among players.
    """
    text = log.rows["MATCHUP"].astype(str).str.extract(_MATCHUP)
    own = normalise.tricodes(log.rows["TEAM_ABBREVIATION"])
    side = text[1].where(normalise.tricodes(text[0]).eq(own), "the other team's")
    sides = pd.DataFrame({"game_id": game_ids, "team": own, "side": side}).drop_duplicates()
    of_game = sides.groupby("game_id")["side"].agg(["size", "nunique", _has_both_sides])
    marked = of_game.index[(of_game["size"] == 2) & ~of_game.iloc[:, 2]]
    return game_ids.isin(marked)


def _has_both_sides(sides: pd.Series) -> bool:
    return set(sides) == {"vs.", "@"}


def _part(file: LandedFile, columns: Sequence[str]) -> Part:
    return file.name, read_file(file.path, file.name, {*columns, _SEASON, _PLUS_MINUS}, _TEXT)

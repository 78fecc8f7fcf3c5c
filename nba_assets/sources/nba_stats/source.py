"""NBA Stats as a source: what is due from the league's schedule, what happened from box scores and shot charts."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from nba_api.stats.endpoints import BoxScoreTraditionalV3, ScheduleLeagueV2, ShotChartDetail

from nba_assets import clock
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import EASTERN, season_of
from nba_assets.sources.nba_stats.box_score_v3 import box_score_v3, is_empty
from nba_assets.sources.nba_stats.client import NbaStatsClient
from nba_assets.sources.nba_stats.responses import league_schedule
from nba_assets.sources.parsing import raw_frames
from nba_assets.sources.port import Delivery, Problem, SourceError
from nba_assets.sources.shots.shotchartdetail import shots_of_chart

PARSER_VERSION = 1
"""Raised whenever the same answers give other rows than before."""

SETTLED_AFTER = dt.timedelta(days=3)
"""An answer kept this long after the game date is not asked again: corrections come within two days."""
FRESH_FOR = dt.timedelta(hours=6)
"""Before that, an answer is as good as new for so long; the morning after, late files are found."""
SCHEDULE_FRESH_FOR = dt.timedelta(minutes=30)
_SEASON_TYPES = {"1": "Pre Season", "2": "Regular Season", "4": "Playoffs", "5": "PlayIn", "6": "Regular Season"}


@dataclass
class NbaStatsSource:
    """Live source from `first_date` to tomorrow, US Eastern. Delivers schedule, results, box scores and shots.

    Asks one game at a time; what was fetched stays on disk, so an interrupted range goes on where it stopped.
    """

    client: NbaStatsClient
    first_date: dt.date
    now: Callable[[], dt.datetime] = clock.now
    _schedules: dict[str, tuple[dt.datetime, tuple[Delivery, Delivery]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "nba_stats"

    @property
    def horizon(self) -> dt.date:
        return pd.Timestamp(self.now()).tz_convert(EASTERN).date() + dt.timedelta(days=1)

    @property
    def fingerprint(self) -> str:
        """Of the parsers alone: what the league will say next is not known before it is asked."""
        return f"nba_stats parser {PARSER_VERSION}"

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows and problems of `start` to `end`, both included."""
        if start < self.first_date or end > self.horizon or start > end:
            raise SourceError(
                f"nba_stats: {start} to {end} is not covered; it has {self.first_date} to {self.horizon}: choose dates "
                "within (NBA_START moves the first)"
            )
        schedule, results = self._schedule(start, end)
        if table == "game_schedule":
            return schedule
        if table == "game_results":
            return results
        if table in ("team_box_scores", "player_box_scores"):
            return self._boxes(schedule.rows, results.rows)[table == "player_box_scores"]
        if table == "shot_attempts":
            return self._shots(schedule.rows, results.rows)
        return Delivery(_empty(table))

    def _schedule(self, start: dt.date, end: dt.date) -> tuple[Delivery, Delivery]:
        days = pd.date_range(start, end, freq="D")
        seasons = list(dict.fromkeys(season_of(day.date()) for day in days))
        parts = [self._season(season) for season in seasons]
        return _within([part[0] for part in parts], start, end), _within([part[1] for part in parts], start, end)

    def _season(self, season: str) -> tuple[Delivery, Delivery]:
        now = self.now()
        asked, parsed = self._schedules.get(season, (None, None))
        if asked is None or parsed is None or now - asked > SCHEDULE_FRESH_FOR:
            is_over = season < season_of(now.date())
            fresh_since = dt.datetime.min.replace(tzinfo=dt.UTC) if is_over else now - SCHEDULE_FRESH_FOR
            endpoint = ScheduleLeagueV2(season=season, get_request=False)
            parsed = league_schedule(self.client.ask(endpoint, fresh_since=fresh_since))
            self._schedules[season] = (now, parsed)
        return parsed

    def _boxes(self, schedule: pd.DataFrame, results: pd.DataFrame) -> tuple[Delivery, Delivery]:
        """Box scores of the final games; one that the league has not compiled yet is a problem of its date."""
        parts: list[tuple[Delivery, Delivery]] = []
        for game in _final(results):
            day = pd.Timestamp(game["game_date"])
            endpoint = BoxScoreTraditionalV3(game_id=game["game_id"], get_request=False)
            response = self._ask_for(endpoint, day)
            if is_empty(response):
                # Compiled late: one that is kept is never settled.
                response = self.client.ask(endpoint, fresh_since=self.now() - FRESH_FOR)
            if is_empty(response):
                parts.append(_nothing_yet(game, "box score"))
            else:
                parts.append(box_score_v3(response, schedule, day))
        teams = _joined([part[0] for part in parts], "team_box_scores")
        return teams, _joined([part[1] for part in parts], "player_box_scores")

    def _shots(self, schedule: pd.DataFrame, results: pd.DataFrame) -> Delivery:
        """Shot charts of the final games; a game without one has no shots, which is allowed."""
        boxes = self._boxes(schedule, results)[1].rows
        parts = []
        for game in _final(results):
            day = pd.Timestamp(game["game_date"])
            endpoint = ShotChartDetail(
                team_id=0,
                player_id=0,
                game_id_nullable=game["game_id"],
                context_measure_simple="FGA",
                season_nullable=season_of(day.date()),
                season_type_all_star=_SEASON_TYPES[game["game_id"][2]],
                get_request=False,
            )
            rows = _result_set(self._ask_for(endpoint, day), "Shot_Chart_Detail")
            if len(rows):
                name = f"shot chart of {game['game_id']}"
                parsed = shots_of_chart(name, rows, schedule, boxes, set())
                parts.append(Delivery(parsed.rows, parsed.problems, notes=parsed.notes))
        return _joined(parts, "shot_attempts")

    def _ask_for(self, endpoint: Any, day: pd.Timestamp) -> Mapping[str, Any]:
        settled = day.tz_localize(EASTERN).to_pydatetime() + SETTLED_AFTER
        return self.client.ask(endpoint, fresh_since=min(settled, self.now() - FRESH_FOR))


def _final(results: pd.DataFrame) -> list[dict[str, Any]]:
    final = results[results["status"] == "final"].sort_values(["game_date", "game_id"])
    return [{str(name): value for name, value in row.items()} for row in final.to_dict("records")]


def _nothing_yet(game: Mapping[str, Any], what: str) -> tuple[Delivery, Delivery]:
    message = f"{what} of {game['game_id']} is empty although the game is final; materialize the date again later"
    problem = (Problem(pd.Timestamp(game["game_date"]).date(), message, str(game["game_id"])),)
    return (
        Delivery(_empty("team_box_scores"), problem),
        Delivery(_empty("player_box_scores"), problem),
    )


def _within(parts: list[Delivery], start: dt.date, end: dt.date) -> Delivery:
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    wanted = rows["game_date"].between(pd.Timestamp(start), pd.Timestamp(end))
    problems = tuple(found for part in parts for found in part.problems if start <= found.game_date <= end)
    return Delivery(rows[wanted].reset_index(drop=True), problems)


def _joined(parts: list[Delivery], table: str) -> Delivery:
    filled = [part.rows for part in parts if len(part.rows)]
    rows = pd.concat(filled, ignore_index=True) if filled else _empty(table)
    return Delivery(
        rows,
        tuple(problem for part in parts for problem in part.problems),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _result_set(response: Mapping[str, Any], name: str) -> pd.DataFrame:
    """A result set as text columns, as a CSV of the same feed has them."""
    try:
        for candidate in response["resultSets"]:
            if candidate["name"] == name:
                return pd.DataFrame(candidate["rowSet"], columns=candidate["headers"]).astype("string").astype(object)
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"NBA Stats: not the layout of result sets ({error!r}); look at the kept answer") from error
    raise SourceError(f"NBA Stats: no result set {name} in the answer; it may have changed: look at the kept answer")


def _empty(table: str) -> pd.DataFrame:
    contract = TABLES[table]
    return raw_frames.contract_frame(contract, pd.DataFrame({name: [] for name in contract.column_names}), {})

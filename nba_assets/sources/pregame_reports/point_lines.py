"""Points lines out of delivered outcomes: one quote per game, player and bookmaker, the last before tip-off."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.partitions import eastern_game_date, label_date
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.raw_frames import contract_frame, schedule_of
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem, SourceError
from nba_assets.sources.pregame_reports import game_matching
from nba_assets.sources.pregame_reports.game_matching import League
from nba_assets.sources.pregame_reports.odds_api import (
    FILE_DATE,
    MARKET,
    OUTCOME,
    POINTS,
    SNAPSHOT,
    american_odds,
    decimal_odds,
    instants,
    points,
)

TABLE = ("game_id", "game_date", "player_name", "bookmaker", "line", "over_price", "under_price")
TABLE_OPTIONAL = ("commence_time", SNAPSHOT)
"""Columns of a table of lines that is keyed by NBA game ids already."""

LATE = "are left out: their snapshot is at or after tip-off"
MOVED = "are left out: the game is not on the schedule of the date, it was moved or called off"
LOST = "are of a game of this date, but carry another one"
"""What is said, on the date that the schedule has the game on, of rows that carry another date."""

QUOTE = [
    "game_id", "game_date", "player_name", "bookmaker", "points_line", "over_price", "under_price", "snapshot_at",
    "is_verified_before_tipoff", "delivered_on",
]  # fmt: skip


@dataclass(frozen=True)
class Quotes:
    """Lines of scheduled games from before tip-off, as far as can be known, and what was said of the others.

    `rows` has the columns `QUOTE`; `delivered_on` orders those without a snapshot time.
    """

    rows: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def quotes_of_outcomes(files: Sequence[tuple[str, pd.DataFrame]], schedule: pd.DataFrame) -> Quotes:
    """Quotes of files of outcomes (`odds_api.OUTCOME`), each under its name.

    Outcomes without a snapshot time were offered on the date of their file (UTC) at the earliest. Raises SourceError
    where nothing of a column is understood, or where no date can be known for a row that is not.
    """
    delivered = DeliveredRows(files, OUTCOME)
    is_points = delivered.rows["market"].eq(POINTS)
    commence = delivered.read("commence_time", instants, "a time with its zone, as 2025-01-01T00:10:00Z", required=True)
    file_date = pd.to_datetime(delivered.rows[FILE_DATE]).astype("datetime64[ns]")
    dates = eastern_game_date(commence).fillna(file_date)
    if dates.isna().any():
        row = int(dates.isna().to_numpy().argmax())
        raise SourceError(f"{delivered.place(row)}: without commence_time no date can be known; correct the row")
    due = schedule[~schedule["is_postponed"].astype(bool)]
    line, bad_line = points(delivered.rows["line"])
    price, bad_price = american_odds(delivered.rows["price"])
    quotes = pd.DataFrame(
        {
            "game_date": dates,
            "home_team_id": game_matching.team_ids_of_names(delivered.rows["home_team"]),
            "away_team_id": game_matching.team_ids_of_names(delivered.rows["away_team"]),
            "player_name": delivered.rows["player"].map(lambda name: name if isinstance(name, str) and name else None),
            "bookmaker": delivered.rows["bookmaker"].str.lower(),
            "points_line": line,
            "price": price,
            "side": delivered.rows["side"].str.lower(),
            "snapshot_at": delivered.read(SNAPSHOT, instants, "a time with its zone"),
            "delivered_on": file_date.dt.tz_localize("UTC"),
        }
    )
    for column, wrong, what in (
        ("player", quotes["player_name"].isna(), "is missing"),
        ("bookmaker", quotes["bookmaker"].isna(), "is missing"),
        ("line", bad_line | line.isna(), "is not a line in points"),
        ("price", bad_price | price.isna(), "is not odds"),
        ("side", ~quotes["side"].isin(("over", "under")), "is neither Over nor Under"),
    ):
        # spreads and other markets have lines and sides of their own
        delivered.fault(is_points & wrong & ~delivered.bad, column, what)
    is_market = delivered.rows["market"].map(lambda key: bool(MARKET.fullmatch(str(key))))
    delivered.fault(~is_market & ~delivered.bad, "market", "is no market")
    quotes["game_id"] = game_matching.scheduled_games(quotes, due)
    quotes["is_verified_before_tipoff"] = quotes["snapshot_at"].notna()
    has_games, unscheduled = dates.isin(due["game_date"]), quotes["game_id"].isna()
    own_day = _day_near(quotes, file_date, due).where(unscheduled)
    judged_on = dates.where(has_games | own_day.isna(), own_day)
    is_moved = game_matching.left_behind(judged_on, game_matching.meetings(quotes), ~unscheduled)
    wrong = own_day.notna() & ~is_moved & ~delivered.bad
    delivered.fault(wrong & has_games, "commence_time", "is not of the date on which the schedule has the game")
    what = "is no team with this game on the schedule of the date"
    delivered.fault(unscheduled & has_games & ~is_moved & ~delivered.bad, "home_team", what)
    tipoff = _tipoffs(quotes["game_id"], schedule).fillna(commence)
    is_late = ~unscheduled & (quotes["snapshot_at"].fillna(quotes["delivered_on"]) >= tipoff)
    notes = (
        *_counted(delivered, dates, unscheduled & ~has_games, "are of a date without games"),
        *_counted(delivered, dates, is_moved & has_games, MOVED, _titles(delivered.rows)),
        *_counted(delivered, own_day, is_moved, LOST),
        *_counted(delivered, dates, ~is_points, f"are of other markets than {POINTS}"),
        *_counted(delivered, dates, is_late, LATE),
    )
    usable = quotes[is_points & ~delivered.bad & ~unscheduled & ~is_late]
    return Quotes(_both_sides(usable), (*delivered.problems(dates), *_counted(delivered, own_day, wrong, LOST)), notes)


def quotes_of_table(name: str, table: pd.DataFrame, schedule: pd.DataFrame) -> Quotes:
    """Quotes of a table with both prices in a row, columns `TABLE`. Raises SourceError as `DeliveredRows` does."""
    table = table.assign(**{column: None for column in TABLE_OPTIONAL if column not in table})
    delivered = DeliveredRows([(name, table)], [*TABLE, *TABLE_OPTIONAL])
    own_date = delivered.dates("game_date")
    commence = delivered.read("commence_time", instants, "a time with its zone, as 2025-01-01T00:10:00Z")
    quotes = pd.DataFrame(
        {
            "game_id": delivered.game_ids("game_id"),
            "game_date": own_date,
            "player_name": delivered.labels("player_name"),
            "bookmaker": delivered.labels("bookmaker").astype(str).str.lower(),
            "points_line": delivered.read("line", points, "a line in points", required=True),
            "over_price": delivered.read("over_price", american_odds, "odds"),
            "under_price": delivered.read("under_price", american_odds, "odds"),
            "snapshot_at": delivered.read(SNAPSHOT, instants, "a time with its zone"),
            "delivered_on": pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns, UTC]"),
        }
    )
    scheduled = schedule_of(quotes["game_id"], schedule)["game_date"]
    unscheduled = quotes["game_id"].notna() & scheduled.ne(own_date)
    is_moved = game_matching.left_behind(own_date, quotes["game_id"], ~unscheduled)
    wrong = unscheduled & ~is_moved
    delivered.fault(wrong, "game_id", "is no game of the schedule of the date")
    tipoff = _tipoffs(quotes["game_id"], schedule).fillna(commence)
    quotes["is_verified_before_tipoff"] = quotes["snapshot_at"] < tipoff
    is_late = ~delivered.bad & (quotes["snapshot_at"] >= tipoff)
    notes = (
        *_counted(delivered, own_date, is_late & ~is_moved, LATE),
        *_counted(delivered, own_date, is_moved, MOVED, quotes["game_id"]),
        *_counted(delivered, scheduled, is_moved, LOST),
    )
    problems = (*delivered.problems(own_date), *_counted(delivered, scheduled, wrong, LOST))
    return Quotes(quotes.loc[~delivered.bad & ~is_late & ~is_moved, QUOTE], problems, notes)


def point_lines(parts: Sequence[Quotes], schedule: pd.DataFrame, player_boxes: pd.DataFrame) -> Parsed:
    """`point_lines` of all quotes: of each game, name and bookmaker the last one that is known to be before tip-off.

    Quotes without a snapshot time count only where there is none with one, the last delivered of them. Of several
    lines of one snapshot the one with both prices, and of those the most balanced. Names mean players whom the box
    scores had listed for a team of the game (`game_matching.players_of_games`).
    """
    problems = tuple(problem for part in parts for problem in part.problems)
    notes = tuple(note for part in parts for note in part.notes)
    filled = [part.rows for part in parts if len(part.rows)]
    quotes = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame({name: [] for name in QUOTE})
    players = game_matching.players_of_games(quotes["game_id"], schedule, player_boxes)
    frame = line_rows(quotes, players, lambda games: game_matching.players_of_league(games, schedule, player_boxes))
    return Parsed(frame, problems, notes=(*notes, *game_matching.unresolved(frame)))


def line_rows(quotes: pd.DataFrame, players: pd.DataFrame, league: League | None = None) -> pd.DataFrame:
    """`point_lines` out of quotes (columns `QUOTE`), the names meaning `players` (game_id, player_id, player_name).

    `league` is whom else a full name may mean (`game_matching.player_ids`).
    """
    if quotes.empty:
        return contract_frame(POINT_LINES, pd.DataFrame({name: [] for name in POINT_LINES.column_names}), {})
    key = list(POINT_LINES.key)
    prices = [decimal_odds(quotes[name]) for name in ("over_price", "under_price")]
    imbalance = pd.Series(abs(prices[0] - prices[1]), index=quotes.index)
    # null sorts first: without a snapshot time before all with one, without one of the prices before all with both
    ranked = quotes.assign(rank=-imbalance).sort_values(
        [*key, "snapshot_at", "delivered_on", "rank"], na_position="first", kind="stable"
    )
    rows = ranked.drop_duplicates(key, keep="last")
    rows = rows.assign(player_id=game_matching.player_ids(rows, players, league))
    nullable = ("player_id", "over_price", "under_price", "snapshot_at")
    return contract_frame(POINT_LINES, rows, dict.fromkeys(nullable, Absence.SOURCE_UNAVAILABLE))


def _both_sides(quotes: pd.DataFrame) -> pd.DataFrame:
    """One row per line out of the outcomes of both its sides; the price of a side that is not offered is null."""
    line = [column for column in QUOTE if not column.endswith("_price")]
    sides = [
        quotes.loc[quotes["side"] == side, [*line, "price"]]
        .drop_duplicates(line, keep="last")
        .rename(columns={"price": f"{side}_price"})
        for side in ("over", "under")
    ]
    return sides[0].merge(sides[1], on=line, how="outer", validate="1:1")[QUOTE]


def _tipoffs(game_ids: pd.Series, schedule: pd.DataFrame) -> pd.Series:
    known = schedule.drop_duplicates("game_id", keep="last").set_index("game_id")["tipoff_utc"]
    return known.reindex(game_ids).set_axis(game_ids.index)


def _counted(
    delivered: DeliveredRows, dates: pd.Series, rows: pd.Series, what: str, of: pd.Series | None = None
) -> tuple[Problem, ...]:
    """One note a date, and a value of `of`, on the rows of the mask: how many, what they are, the first of them."""
    keys = [dates[rows]] if of is None else [dates[rows], of[rows]]
    return tuple(
        Problem(
            label_date(day),
            f"{len(part)} outcomes {''.join(f'of {name} ' for name in names)}{what} "
            f"(the first: {delivered.place(part.index[0])})",
        )
        for (day, *names), part in dates[rows].groupby(keys)
    )


def _titles(rows: pd.DataFrame) -> pd.Series:
    return rows["away_team"].astype(str) + " at " + rows["home_team"].astype(str)


def _day_near(quotes: pd.DataFrame, file_date: pd.Series, due: pd.DataFrame) -> pd.Series:
    """The date of the game of each row's teams within a day of the date of its file; null where there is none.

    Files are named after the date in UTC.
    """
    found = pd.Series(pd.NaT, index=quotes.index, dtype="datetime64[ns]")
    for days in (-1, 0, 1):
        day = file_date + pd.Timedelta(days=days)
        is_due = game_matching.scheduled_games(quotes.assign(game_date=day), due).notna()
        found = found.fillna(day.where(is_due))
    return found

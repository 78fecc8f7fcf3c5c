"""The simulated bookmakers' quotes and the league's injury reports as rows of the raw contracts, by name."""

import pandas as pd

from nba_assets.sources.parsing import raw_frames
from nba_assets.sources.port import Delivery
from nba_assets.sources.pregame_reports import injury_report, point_lines
from nba_assets.sources.simulated.feed import Feed

_NAME = "simulated league"


def lines(feed: Feed, player_lines: pd.DataFrame) -> Delivery:
    """Quotes before tip-off; names are resolved among the players of `player_lines`."""
    schedule = raw_frames.schedule_rows(feed.games)
    quotes = point_lines.quotes_of_table(_NAME, feed.point_lines, schedule)
    parsed = point_lines.point_lines([quotes], schedule, player_lines)
    return Delivery(parsed.rows, parsed.problems, notes=parsed.notes)


def injuries(feed: Feed, player_lines: pd.DataFrame) -> Delivery:
    """All reports of the games; names are resolved among the players of `player_lines`."""
    records = [(_NAME, feed.injury_reports)] if len(feed.injury_reports) else []
    parsed = injury_report.injury_reports(records, raw_frames.schedule_rows(feed.games), player_lines)
    return Delivery(parsed.rows, parsed.problems, notes=parsed.notes)


REPORT_PARSERS = {"point_lines": lines, "injury_reports": injuries}

"""Contract of `prediction_accuracy` (dataset `nba_predictions`): every prediction against what came of it."""

from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.raw import GAME_DATE, GAME_ID, OPPONENT_TEAM_ID, PLAYER_ID, PLAYER_NAME, TEAM_ID

NAIVE_BASELINES = {
    "season_average": "mean of the season so far, of the career at a season's start",
    "last_5": "mean of the last 5 games",
    "last_10": "mean of the last 10 games",
    "weighted_blend": "0.35 last 5 + 0.40 last 10 + 0.25 season",
    "ewma_half_life_6": "mean with weights 0.5^(k/6), k games ago",
}
"""The yardsticks: column of their error is the name and `_error`."""

_PREDICTIONS, _LINES = "player_points_predictions", "point_lines"
_BOX, _SUMMARY = "player_box_scores", "player_game_summary"
_PTS = f"{_BOX}.pts"
_NO_PREDICTION = (Absence.NO_MODEL, Absence.NOT_APPLICABLE, Absence.UPSTREAM_MISSING)
_NO_LINE = (Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING)
_FIRST_GAME = (Absence.SHORT_HISTORY,)


def _of_box(column: Column, source: str = "") -> Column:
    return replace(column, sources=(f"{_BOX}.{source or column.name}",))


def _predicted(name: str, text: str) -> Column:
    return Column(name, "float", text, "points", _NO_PREDICTION, 0, 110, sources=(f"{_PREDICTIONS}.{name}",))


def _error(name: str, of: str, nulls: tuple[Absence, ...], *sources: str) -> Column:
    text = f"{of} minus actual points: above zero when it was too high."
    return Column(name, "float", text, "points", nulls, -200, 110, sources=(*sources, _PTS))


def _line(name: str, type_: str, text: str, unit: str, low: float | None, high: float | None, *sources: str) -> Column:
    return Column(name, type_, text, unit, _NO_LINE, low, high, sources=tuple(f"{_LINES}.{of}" for of in sources))  # type: ignore[arg-type]


PREDICTION_ACCURACY = Contract(
    name="prediction_accuracy",
    dataset="nba_predictions",
    grain="one row per game and player who played",
    description=(
        "What was predicted for each player who then played, beside what he scored, five naive baselines on the same "
        "row and the bookmakers' line. Who had no prediction is graded by the naive baseline, so that no row is left "
        "out; the share with a model's prediction is the coverage. Baselines rest on the published games."
    ),
    missing="A player without a row did not play, or the date is not played yet.",
    key=("game_id", "player_id"),
    columns=(
        *(_of_box(column) for column in (GAME_ID, GAME_DATE)),
        Column("season", "string", "Season as 2024-25.", sources=("game_schedule.season",)),
        *(_of_box(column) for column in (PLAYER_ID, PLAYER_NAME, TEAM_ID)),
        replace(OPPONENT_TEAM_ID, sources=("game_schedule.home_team_id", "game_schedule.away_team_id")),
        _of_box(Column("minutes_played", "float", "Minutes played.", "minutes", (), 0, 80), "minutes"),
        _of_box(Column("pts", "integer", "Points scored.", "points", (), 0, 200)),
        Column(
            "prediction_source", "string",
            "What is graded here as predicted_points: a model's median, or the naive baseline where there was none.",
            nulls=_FIRST_GAME, allowed=("model", "baseline"), sources=(f"{_PREDICTIONS}.prediction_source",),
        ),
        Column("model_version", "string", "Version that made the prediction.", nulls=_NO_PREDICTION,
               sources=(f"{_PREDICTIONS}.model_version",)),
        Column(
            "predicted_points", "float",
            "What is graded: points_median of the model; else the average with a half-life of six games.",
            "points", _FIRST_GAME, 0, 110, sources=(f"{_PREDICTIONS}.predicted_points", f"{_SUMMARY}.pts"),
        ),
        _predicted("points_mean", "Expected points, as predicted."),
        _predicted("points_p10", "Lower end of the 80 % interval, as predicted."),
        _predicted("points_p90", "Upper end of the 80 % interval, as predicted."),
        _error("error", "predicted_points", _FIRST_GAME, f"{_PREDICTIONS}.predicted_points"),
        _error("mean_error", "points_mean", _NO_PREDICTION, f"{_PREDICTIONS}.points_mean"),
        Column(
            "is_inside_interval", "boolean", "Whether he scored points_p10 to points_p90, ends included.",
            nulls=_NO_PREDICTION,
            sources=(f"{_PREDICTIONS}.points_p10", f"{_PREDICTIONS}.points_p90", _PTS),
        ),
        *(
            _error(f"{name}_error", f"Naive baseline ({text})", _FIRST_GAME, f"{_SUMMARY}.pts")
            for name, text in NAIVE_BASELINES.items()
        ),
        _line("points_line_books", "integer", "How many bookmakers had a line before tip-off.", "count", 0, 100,
              "bookmaker"),
        _line("points_line", "float", "Consensus line before tip-off: median of the bookmakers.", "points", 0, 80,
              "points_line"),
        _line("is_points_line_verified", "boolean", "Whether snapshot times prove that the line was before tip-off.",
              "", None, None, "is_verified_before_tipoff"),
        _error("line_error", "points_line", _NO_LINE, f"{_LINES}.points_line"),
        Column(
            "edge", "float", "predicted_points minus points_line: above zero it speaks for the over.", "points",
            (*_NO_LINE, *_FIRST_GAME), -80, 110, sources=(f"{_PREDICTIONS}.predicted_points", f"{_LINES}.points_line"),
        ),
        _line("over_probability", "float", "Chance of the over by the odds, without the bookmaker's margin: median of "
              "the bookmakers.", "fraction", 0, 1, "over_price", "under_price"),
        Column(
            "is_edge_right", "boolean",
            "Whether the side that the edge speaks for won; null without an edge, and when the line was met exactly.",
            nulls=(*_NO_LINE, *_FIRST_GAME),
            sources=(f"{_PREDICTIONS}.predicted_points", f"{_LINES}.points_line", _PTS),
        ),
        ABSENCE_COLUMN,
    ),
    code_version=2,
    reads=(
        Read("game_schedule"),
        Read("player_box_scores"),
        Read("player_points_predictions", optional=True, as_published=True),
        Read("point_lines", optional=True),
        Read(_SUMMARY, "before", columns=("game_id", "game_date", "player_id", "season", "minutes_played", "pts")),
    ),
)  # fmt: skip

"""The scenes of the evening: the same trouble on both pipelines, and what was measured afterwards.

Every scene works on copies of one clean home; every number it reports is counted or compared there.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nba_assets.modelling.registry.artefacts import stored_versions
from nba_assets.readiness.status import Status
from nba_assets.sources.simulated.faults import Fault
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.incident.faults_of_the_evening import SleepyBackfill, lose_players, reverse_half, without_game
from nba_assets_tests.incident.measures import AVERAGE, error_on_truth, freshness_of, prediction_of, star_of, trace
from nba_assets_tests.incident.pipeline import ANALYTICS, MODEL, PRECOMPUTE, PREDICTIONS, RAW, Pipeline
from nba_assets_tests.incident.unguarded import Switches

PLAYER_GAME = ["game_id", "player_id"]
TOLERANCE = 0.005
"""Points or percent by which a stored value may differ from the truth and still count as the same."""


@dataclass(frozen=True)
class Stage:
    """What all scenes share: the clean home up to `edge`, the clean home to the end, and the second season's dates."""

    league: SimulatedLeague
    clean: Pipeline
    truth: Pipeline
    dates: Sequence[dt.date]
    edge: dt.date

    def pair(self, name: str, switches: Switches | None = None) -> tuple[Pipeline, Pipeline]:
        """An unguarded and a guarded copy of the clean home."""
        unguarded = self.clean.copy(name, switches=switches or Switches())
        return unguarded, self.clean.copy(name)


@dataclass(frozen=True)
class Scene:
    """What happened, what became of it on either pipeline, and the numbers behind the sentences."""

    time: str
    title: str
    unguarded: str
    guarded: str
    measured: Mapping[str, float]


def overlapping_backfills(stage: Stage) -> Scene:
    """A backfill that started before a correction publishes after the backfill that brought the correction."""
    first, corrected, last = stage.dates[60], stage.dates[66], stage.dates[72]
    reverted, refusals = {}, []
    for pipeline in stage.pair("overlap"):
        sleepy = SleepyBackfill(pipeline, first, last)
        fault = Fault("late_correction", corrected, "delivered")
        pipeline.deliver(league=replace(stage.league, faults=(fault,)))
        if pipeline.guarded:
            refusals += pipeline.run([*RAW, *ANALYTICS], corrected, last)[:1]
        sleepy.hang()
        pipeline.run([*RAW, *ANALYTICS], corrected, last)
        sleepy.wake_and_publish()
        refusals += [sleepy.fenced_out] if sleepy.fenced_out else []
        scores = [
            pipeline.rows(table, corrected, corrected).set_index(["game_id", "team_id"])["pts"].astype(int)
            for table in ("team_offense", "team_box_scores")
        ]
        reverted[pipeline.word] = int((scores[0] != scores[1]).sum())
        pipeline.close()
    return Scene(
        "16:58",
        f"Two backfills of team_offense overlap; a game of {corrected} is corrected between them",
        f"The older one, asleep since before the correction, overwrites it: {reverted['unguarded']} team-game is back "
        "at its old score, and every run is green.",
        f"The second is refused while the first lives: “{_short(refusals[0])}” Once the first has hung and its claim "
        f"is free, the second goes ahead, and the first is fenced out when it wakes: {reverted['guarded']} reverted.",
        {**_sides("reverted", reverted), "refusals": len(refusals)},
    )


def reversed_sides(stage: Stage) -> Scene:
    """The provider reverses home and away in half of the games of two weeks."""
    first, last = stage.dates[80], stage.dates[92]
    days = stage.dates[93:97]
    usage, wrong, rejected = {}, {}, 0
    truth = stage.truth.rows("player_daily_cache", days[0], days[-1])
    off = 0.0
    for pipeline in stage.pair("sides"):
        pipeline.deliver({"team_box_scores": reverse_half(first, last)})
        pipeline.run([*RAW, *ANALYTICS], first, last)
        played = pipeline.rows("player_game_summary", first, last).query("minutes_played > 0")
        usage[pipeline.word] = float(played["usage_rate"].notna().mean())
        for day in days:
            pipeline.run(PRECOMPUTE, day, day)
        both = freshness_of(pipeline, "player_daily_cache", days).merge(truth, on=PLAYER_GAME, suffixes=("", "_true"))
        difference = (both[AVERAGE] - both[f"{AVERAGE}_true"]).abs()
        wrong[pipeline.word] = float((difference > TOLERANCE).sum()) / len(truth)
        if pipeline.guarded:
            rejected = int((pipeline.statuses("team_box_scores", first, last) == Status.REJECTED).sum())
        else:
            off = float(difference[difference > TOLERANCE].mean())
        pipeline.close()
    return Scene(
        "18:20",
        f"Home and away reversed in every second game from {first} to {last}; averages of the next {len(days)} dates",
        f"The join on the stated sides misses: usage_rate is there on {usage['unguarded']:.0%} of rows with minutes. "
        f"{wrong['unguarded']:.0%} of {AVERAGE} differ from the truth, by {off:.1f} points on average.",
        f"{rejected} dates are rejected, with the games named, and what was published before stays: usage_rate on "
        f"{usage['guarded']:.0%}. {wrong['guarded']:.0%} of the averages differ: what has a gap in its window is "
        "blocked or null (upstream_missing).",
        {**_sides("usage", usage), **_sides("wrong_averages", wrong), "rejected": rejected, "off": off},
    )


def out_of_order(stage: Stage) -> Scene:
    """Precompute runs for a date whose week before has not been ingested yet."""
    day = next(date for date in stage.dates if date >= stage.edge + dt.timedelta(days=8))
    truth = stage.truth.rows("player_daily_cache", day, day)
    built, wrong, said = {}, {}, ""
    for pipeline in stage.pair("order", Switches(calendar_days=None)):
        pipeline.run(["game_schedule"], stage.edge + dt.timedelta(days=1), day)
        messages = pipeline.run(PRECOMPUTE, day, day)
        said = messages[0] if pipeline.guarded else said
        both = pipeline.rows("player_daily_cache", day, day).merge(truth, on=PLAYER_GAME, suffixes=("", "_true"))
        built[pipeline.word] = len(both)
        wrong[pipeline.word] = int((both["pts_last_5"] - both["pts_last_5_true"]).abs().gt(TOLERANCE).sum())
        pipeline.close()
    return Scene(
        "19:10",
        f"Precompute of {day} runs before the games of the week before it are there",
        f"{built['unguarded']} rows are written, {wrong['unguarded']} of them with a form that is a week old.",
        f"{built['guarded']} rows; blocked: “{_short(said.partition('Cause: ')[2])}”",
        {**_sides("built", built), **_sides("wrong", wrong)},
    )


def unvalidated_training(stage: Stage) -> Scene:
    """The model is trained on a season in which the usage of half of the games is gone."""
    first, last = stage.dates[0], stage.edge
    versions, mae, said = {}, {}, ""
    for pipeline in stage.pair("training", Switches(calendar_days=None)):
        before = len(stored_versions(pipeline.settings.models))
        pipeline.deliver({"team_box_scores": reverse_half(first, last)})
        pipeline.run([*RAW, *ANALYTICS], first, last)
        pipeline.run(PRECOMPUTE, first, last)
        messages = pipeline.run([MODEL], first, last)
        said = messages[-1] if pipeline.guarded else said
        versions[pipeline.word] = len(stored_versions(pipeline.settings.models)) - before
        mae[pipeline.word] = error_on_truth(stage.truth, pipeline, stage.edge)
        pipeline.close()
    return Scene(
        "20:30",
        f"The model is trained over {first} to {last} with the sides reversed in every second game",
        f"{versions['unguarded']} new version, no question asked. Nothing in its error tells: on the clean games "
        f"after {last} it misses by {mae['unguarded']:.3f} points, the version before by {mae['guarded']:.3f}.",
        f"{versions['guarded']} new versions: “{_short(said)}”",
        {**_sides("versions", versions), **_sides("mae", mae)},
    )


def gap_to_prediction(stage: Stage) -> Scene:
    """A game is missing from the box scores; the trace from there to a prediction three tables later."""
    gap = [day for day in stage.dates if day <= stage.edge][-12]
    star, later = star_of(stage.clean, gap, [day for day in stage.dates if gap < day <= stage.edge])
    between = [day for day in stage.dates if gap < day <= later]
    truth = prediction_of(stage.clean, later, star)
    assert truth is not None, "star_of chose a player with a prediction"
    served, steps, fixed = {}, [], False
    for pipeline in stage.pair("gap", Switches(calendar_days=None)):
        pipeline.deliver(dict.fromkeys(("team_box_scores", "player_box_scores"), without_game(star["game_id"])))
        pipeline.run([*RAW, *ANALYTICS], gap, gap)
        for day in between:
            pipeline.run([*PRECOMPUTE, PREDICTIONS], day, day)
        served[pipeline.word] = prediction_of(pipeline, later, star)
        if pipeline.guarded:
            pipeline.deliver()
            pipeline.run([*RAW, *ANALYTICS, *PRECOMPUTE, PREDICTIONS], gap, stage.edge)
            fixed = pipeline.hashes().equals(stage.clean.hashes())
        else:
            steps = trace(pipeline, stage.clean, gap, later, star)
        pipeline.close()
    wrong = {word: float(points is not None and abs(points - truth) > TOLERANCE) for word, points in served.items()}
    off = abs((served["unguarded"] or 0.0) - truth)
    withheld = "His prediction is the true one"
    if served["guarded"] is None:
        withheld = "The model predicts nothing for him; the naive baseline is there, labelled"
    return Scene(
        "21:40",
        f"Game {star['game_id']} of {gap} is missing; {star['player_name']} plays again on {later}",
        f"{' → '.join(steps)}: {off:.2f} points away from what the complete data say, and served.",
        f"{withheld if not wrong['guarded'] else 'A WRONG prediction is served'}. When the game arrives, one range "
        f"fixes everything, {'hash for hash like' if fixed else 'but NOT like'} a clean build.",
        {**_sides("wrong", wrong), "off": off, "steps": len(steps), "fixed": float(fixed),
         "served_guarded": float(served["guarded"] is not None)},
    )  # fmt: skip


def renamed_player_key(stage: Stage) -> Scene:
    """The provider renames its player key; the old loader drops whom it cannot resolve."""
    first, last = stage.dates[100], stage.dates[102]
    truth = stage.truth.rows("player_game_summary", first, last)
    lost, rejected = {}, 0
    for pipeline in stage.pair("renamed"):
        pipeline.deliver({"player_box_scores": lose_players(first, last, 0.6)})
        pipeline.run([*RAW, *ANALYTICS], first, last)
        lost[pipeline.word] = 1 - len(pipeline.rows("player_game_summary", first, last)) / len(truth)
        if pipeline.guarded:
            rejected = int((pipeline.statuses("player_box_scores", first, last) == Status.REJECTED).sum())
        pipeline.close()
    return Scene(
        "22:15",
        f"The provider renames its player key from {first} to {last}",
        f"Who does not resolve is dropped: {lost['unguarded']:.0%} of the player games are gone; runs are green.",
        f"{rejected} dates are rejected: the points of the players are not the team's. {lost['guarded']:.0%} are gone.",
        {**_sides("lost", lost), "rejected": rejected},
    )


SCENES = (
    overlapping_backfills,
    reversed_sides,
    out_of_order,
    unvalidated_training,
    gap_to_prediction,
    renamed_player_key,
)
"""In the order of the evening."""


def _sides(name: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}_{word}": float(value) for word, value in values.items()}


def _short(message: str) -> str:
    """The first sentence of a message, for a column of a table."""
    first = message.strip().split(". ")[0]
    return first[:217] + "…" if len(first) > 220 else f"{first}."

"""From what a table's function made to what is published: rows as the contract has them, a verdict for each date."""

import datetime as dt
from dataclasses import replace

import pandas as pd

from nba_assets import clock
from nba_assets.contracts.conformed import Conformed, conform
from nba_assets.readiness.audit import Staged, Verdict, audit
from nba_assets.readiness.game_decisions import applied
from nba_assets.readiness.nulled_cells import with_nulls
from nba_assets.readiness.rules import rules_of
from nba_assets.sources.port import Delivery, Problem
from nba_assets.warehouse.port import Window


def conformed(window: Window, made: Delivery | pd.DataFrame) -> tuple[Delivery, Conformed]:
    """What was made, with what people have said of single games, and its rows on the window's days."""
    delivery = _decided(window, made if isinstance(made, Delivery) else Delivery(made))
    rows = conform(window.contract, delivery.rows).on(window.dates)
    return replace(delivery, rows=rows.rows), rows


def judged(window: Window, made: Delivery, rows: Conformed) -> tuple[dict[dt.date, Verdict], Conformed]:
    """The verdict of each day on the rows, with the waivers behind them and the notes on them; and what is believed."""
    staged = Staged(
        conformed=rows,
        days=window.days,
        upstream=window.frames,
        now=clock.now(),
        bootstrap=window.bootstrap,
        problems=made.problems,
        published=window.published,
        decisions=window.decisions,
        quarantined=window.quarantined,
        gap_shares=window.gap_shares,
    )
    verdicts = audit(staged, rules_of(window.contract), window.waivers)
    for day, ids in made.waivers.items():
        verdicts[day] = replace(verdicts[day], waivers=tuple(sorted({*verdicts[day].waivers, *ids})))
    for note in made.notes:
        if verdict := verdicts.get(note.game_date):
            verdicts[note.game_date] = replace(verdict, notes=(*verdict.notes, note.message))
    nulled = {(day, game): columns for day, it in verdicts.items() for game, columns in it.nulled.items()}
    for (day, game), columns in nulled.items():
        text = f"{', '.join(columns)} of {game} is null: it cannot be believed"
        verdicts[day] = replace(verdicts[day], notes=(*verdicts[day].notes, text))
    return verdicts, with_nulls(rows, nulled)


def _decided(window: Window, delivery: Delivery) -> Delivery:
    """The delivery as people have decided on single games; a final score that contradicts them is a problem."""
    if not window.decisions:
        return delivery
    rows, done, contradicted = applied(window.contract.name, delivery.rows, window.decisions)
    withdraw = "nba-assets game {0.game_id} --as-delivered --date {0.game_date} --reason WHY"
    problems = tuple(
        Problem(said.game_date, f"{said}; but it has a final score. Withdraw it: {withdraw.format(said)}")
        for said in contradicted
    )
    notes = tuple(Problem(said.game_date, str(said)) for said in done)
    return replace(delivery, rows=rows, problems=(*delivery.problems, *problems), notes=(*delivery.notes, *notes))

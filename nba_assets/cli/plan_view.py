"""A plan in the terminal: tables with their dates and reasons, then everything to know before it is started."""

from collections.abc import Sequence

from rich.console import Console

from nba_assets.cli.formatting import duration_of, shortened, table_of
from nba_assets.operations.plan import PlanReport
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import list_of
from nba_assets.readiness.plan import Plan, TablePlan

SHOWN_REASONS = 3
SHOWN_LINES = 8


def print_plan(console: Console, report: PlanReport) -> None:
    """A plan: what is built table by table and why, how long it takes, and what blocks it."""
    plan = report.plan
    if report.hint:
        console.print(f"First: {report.hint}", highlight=False, markup=False)
    if not plan.tables:
        console.print(_nothing(plan), highlight=False, markup=False)
        return
    titles = ("wave", "table", "dates", "which", "why", "about rows", "about")
    rows = [
        (
            table.wave,
            table.table,
            f"{len(table.days):,}",
            list_of(table.ranges),
            _why(table),
            "?" if table.rows is None else f"{table.rows:,}",
            duration_of(table.seconds),
        )
        for table in plan.tables
    ]
    console.print(table_of(titles, rows, f"{counted(plan.partitions, 'partition')} of {plan.first} … {plan.last}"))
    for number, wave in enumerate(report.waves, start=1):
        name = f"wave {number}, {counted(wave.runs, 'run')}" if len(report.waves) > 1 or wave.runs > 1 else "one run"
        console.print(f"{name}: {', '.join(wave.assets)}; about {duration_of(wave.seconds)}", highlight=False)
    untimed = f", without {', '.join(report.untimed)}, whose time is not known yet" if report.untimed else ""
    console.print(f"Together about {duration_of(report.seconds)}{untimed}.")
    _print_more(console, report)


def _nothing(plan: Plan) -> str:
    """What an empty plan means: everything is up to date, or what was asked for is not what is wrong."""
    dates = f"{plan.first} … {plan.last}"
    if not plan.left_out:
        return f"Nothing to do: all {len(plan.asked)} tables are ready and up to date on {dates}."
    count = sum(part.dates for part in plan.left_out)
    kinds = ", ".join("--no-resume" if word == "all" else f"--{word}" for word in plan.only)
    return (
        f"Nothing of {kinds} on {dates}, but {counted(count, 'partition')} not ready: "
        f"{'; '.join(map(str, plan.left_out))}. See them all: nba-assets plan"
    )


def _why(table: TablePlan) -> str:
    """The reasons with their dates where there are several."""
    reasons = [str(part) if len(table.reasons) > 1 else part.reason for part in table.reasons]
    more = len(reasons) - SHOWN_REASONS
    return "\n".join(
        [*map(shortened, reasons[:SHOWN_REASONS]), *([f"and {counted(more, 'more range')}"] if more > 0 else [])]
    )


def _print_more(console: Console, report: PlanReport) -> None:
    plan = report.plan
    sections = {
        "The gate would stop": [str(stop) for stop in plan.stops if stop.is_certain],
        "The gate would stop, if contents change": [str(stop) for stop in plan.stops if not stop.is_certain],
        "Stays a gap in the history; dates with too many rows that touch it are blocked": list(map(str, plan.gaps)),
        "Becomes stale outside the plan, if contents change": list(map(str, plan.outside)),
        "Becomes stale, if contents change": [
            f"{model}: {counted(partitions, 'planned partition')} in its training window"
            for model, partitions in report.models.items()
        ],
        "Reserved by others, so a backfill would be refused or wait": list(map(str, report.conflicts)),
    }
    for title, lines in sections.items():
        print_lines(console, title, lines)


def print_lines(console: Console, title: str, lines: Sequence[str], shown: int = SHOWN_LINES) -> None:
    """A title with its lines below, nothing without lines."""
    if lines:
        console.print(f"{title}:", style="bold")
        for line in lines[:shown]:
            console.print(f"  {line}", highlight=False, markup=False)
        if len(lines) > shown:
            console.print(f"  and {len(lines) - shown} more (--json lists all)")

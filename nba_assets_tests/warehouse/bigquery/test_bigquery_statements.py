"""Every statement that the adapter sends is GoogleSQL by Google's analyzer, which refuses what the server lets pass."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlglot

from nba_assets.contracts.tables import TABLES
from nba_assets.operations.queries import run_queries
from nba_assets.partitions import Span
from nba_assets.readiness.status import Status
from nba_assets.warehouse.bigquery import schema as bigquery_schema
from nba_assets.warehouse.bigquery.jobs import JobFact, Parameter, parameter
from nba_assets.warehouse.bigquery.names import SYSTEM_TABLES, TYPES
from nba_assets_tests.servers.running import environment_of
from nba_assets_tests.warehouse.bigquery_tables import made_tables
from nba_assets_tests.warehouse.past_the_port import execute
from nba_assets_tests.warehouse.places import BigQueryPlace
from nba_assets_tests.warehouse.raw_publishes import BOX, DAYS, REPOSITORY, Clock, no_rows, publish, with_minutes
from nba_assets_tests.warehouse.runbook import QUERIES

pytestmark = [pytest.mark.long, pytest.mark.server]

ANALYZER = REPOSITORY / "nba_assets_tests" / "servers" / "analyzer.py"
WHO = {"who": "ann", "why": "clock was off"}


def everything_once(place: BigQueryPlace) -> None:
    """Each method of the port, with what makes it send each of its statements."""
    clock = Clock()
    warehouse = place.open(now=clock)
    warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[3])], 1)
    publish(warehouse, "shot_attempts", token=1)
    publish(warehouse, BOX, rows=with_minutes(241.0), token=1, seconds=1.5)
    publish(warehouse, BOX, DAYS[:1], rows=with_minutes(99.0), status=Status.REJECTED, token=1)
    publish(warehouse, BOX, DAYS[1:2], code_version=TABLES[BOX].code_version + 1, token=1)
    publish(warehouse, BOX, DAYS[1:2], rows=no_rows(BOX), override="as it was", token=1)
    warehouse.invalidate(Span(BOX, DAYS[2], DAYS[2]), token=1, **WHO)
    warehouse.restore(BOX, DAYS[3], 3, token=1, **WHO)
    waiver = warehouse.add_waiver(Span(BOX, DAYS[0], DAYS[0]), "*", until=clock().replace(year=2030), **WHO)
    warehouse.revoke_waiver(waiver.waiver_id, "ann", "no")
    warehouse.record("release", "ann", "done")
    publish(warehouse, "game_results", DAYS[:1], status=Status.REJECTED, token=1)
    for table in ("player_box_scores", "player_daily_cache"):
        warehouse.read_window(TABLES[table], DAYS, only=("outdated",))
    warehouse.read({"game_schedule": ["game_id"]}, DAYS[0], DAYS[1], purpose="a chart")
    warehouse.content(BOX, DAYS[3:], 3)
    warehouse.find(BOX, {"team_id": 1}, DAYS[0], DAYS[3])
    warehouse.history(BOX, DAYS[0])
    for ask in (warehouse.last_token, warehouse.state, warehouse.waivers, warehouse.journal, warehouse.recent_builds):
        ask()


def type_of(value: Parameter) -> str:
    """The type of a parameter, as GoogleSQL writes it."""
    made = parameter("it", value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return made.type_
    if value and isinstance(value[0], Mapping):
        return f"ARRAY<STRUCT<{', '.join(f'{name} {kind}' for name, (kind, _) in value[0].items())}>>"
    return f"ARRAY<{made.array_type}>"


def refused(
    place: BigQueryPlace, scripts: Sequence[tuple[str, Mapping[str, str]]], more: Mapping[str, Any]
) -> dict[str, Any]:
    tables = made_tables(place.names)
    asked = {
        "tables": {name.strip("`"): columns for name, columns in (tables | dict(more)).items()},
        "scripts": scripts,
    }
    python = environment_of("zetasql") / "venv" / "bin" / "python"
    done = subprocess.run([python, ANALYZER], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_every_statement_is_googlesql_by_googles_analyzer(bigquery: BigQueryPlace) -> None:
    bigquery.set_back("raw")
    before = len(bigquery.done)
    everything_once(bigquery)
    sent: list[JobFact] = [job for job in bigquery.done[before:] if job.statement]
    information = {}
    schema = [*bigquery_schema.statements(bigquery.names, {}), bigquery_schema.version_query(bigquery.names)]
    scripts: list[tuple[str, Mapping[str, str]]] = [(step, {}) for step in schema]
    scripts.append((bigquery_schema.mark_statement(bigquery.names), {"fingerprint": "STRING"}))
    for job in sent:
        statement = job.statement
        # Each staged table is of the shape of the table that it is for.
        for staged in set(_staged(statement)):
            table = staged.strip("`").rpartition(".")[2].rpartition("_")[0]
            information[staged] = (
                SYSTEM_TABLES["ledger"] if table == "ledger" else {c.name: TYPES[c.type] for c in TABLES[table].columns}
            )
        scripts.append((statement, {name: type_of(value) for name, value in job.parameters.items()}))
    runbook = [tree.sql(dialect="bigquery") for tree in sqlglot.parse(QUERIES, read="bigquery") if tree]
    scripts += [(query, {}) for query in runbook]
    # A positive control: what the server takes and BigQuery does not.
    wrong = f"SELECT list_sum([1]) FROM {bigquery.names.system('ledger')}"
    outcome = refused(bigquery, [*scripts, (wrong, {})], information)
    assert [statement for statement, _ in outcome["refused"]] == [wrong], outcome["refused"]
    assert outcome["statements"] > 100


def _staged(statement: str) -> list[str]:
    return re.findall(r"`[^`]*nba_staging\.[^`]*`", statement)


LITERALS = {
    "string": "'it'", "json": "'{}'", "integer": "1", "float": "1.0", "boolean": "TRUE", "date": "DATE '2024-12-03'",
    "timestamp": "TIMESTAMP '2024-12-03 20:00:00+00'",
}  # fmt: skip


def test_the_old_systems_queries_run_word_for_word(bigquery: BigQueryPlace) -> None:
    bigquery.set_back("raw")
    warehouse = bigquery.open()
    for table in ("nba_analytics.player_game_summary", "nba_precompute.player_composite_factors"):
        columns = TABLES[table.partition(".")[2]].columns
        names, values = ", ".join(c.name for c in columns), ", ".join(LITERALS[c.type] for c in columns)
        execute(warehouse, f"INSERT INTO {table} ({names}) VALUES ({values})")
    answers = [answer.to_dict("list") for _, answer in run_queries(warehouse, QUERIES)]
    by_season = {"season": ["2024-25"], "records": [1], "populated": [1], "pct": [100.0]}
    assert answers[:2] == [{"total_records": [1], "with_usage_rate": [1], "pct_populated": [100.0]}, by_season]
    assert [list(answer) for answer in answers[2:4]] == [["game_date", "records", "populated"], ["dates"]]
    assert answers[4]["total_records"] == [0], "the row is of a later date than this query asks for"
    assert answers[5] == {"total": [1], "with_avg_usage": [1], "pct": [100.0]}

"""What a warehouse on BigQuery is brought to this code's schema by, and one moment of all that a reader asks."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import google.api_core.exceptions as api
import pyarrow as pa
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.bigquery import schema
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import SYSTEM_TABLES, Names
from nba_assets.warehouse.bigquery.reads import BigQueryReader
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.system_tables import VERSION
from nba_assets_tests.warehouse.bigquery_tables import made_tables

NAMES = Names("nba", "test_")
BOX = NAMES.table(TABLES["team_box_scores"])
MOMENT = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
NEWEST = {"version": VERSION, "fingerprint": schema.fingerprint(NAMES)}


class Jobs:
    """Answers the question for the version; anything else is remembered."""

    def __init__(self, version: dict[str, object] | None) -> None:
        self.version = version
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.client = SimpleNamespace(list_datasets=lambda **_: [], create_dataset=lambda *_, **__: None)
        self.retry = None

    def query(self, statement: str, parameters: dict[str, Any] | None = None, *, table: str = "") -> pa.Table:
        self.asked.append((statement, parameters or {}))
        if statement == schema.version_query(NAMES):
            if self.version is None:
                raise api.NotFound("Not found: Dataset")
            return pa.Table.from_pylist([self.version])
        if "INFORMATION_SCHEMA" in statement:
            return pa.table({"dataset": [], "table_name": [], "column_name": [], "data_type": []})
        return pa.table({"moment": [MOMENT], "token": [7], "last_build": [4]})

    def transaction(self, statements: str, parameters: dict[str, Any], *, table: str = "") -> list[Any]:
        self.asked.append((statements, parameters))
        return []


def test_a_whole_warehouse_needs_nothing() -> None:
    assert schema.statements(NAMES, made_tables(NAMES)) == []


def test_a_warehouse_of_this_code_is_opened_by_one_query() -> None:
    jobs = Jobs(NEWEST)
    schema.create(cast(BigQueryJobs, jobs), NAMES, "US")
    assert len(jobs.asked) == 1


@pytest.mark.parametrize("version", [None, {"version": VERSION}, {"version": VERSION, "fingerprint": "of older code"}])
def test_any_other_is_brought_to_this_schema_and_marked_last(version: dict[str, Any] | None) -> None:
    jobs = Jobs(version)
    schema.create(cast(BigQueryJobs, jobs), NAMES, "US")
    script, parameters = jobs.asked[-1]
    assert script.rstrip(";").rpartition(";\n")[2] == schema.mark_statement(NAMES)
    assert parameters == {"fingerprint": NEWEST["fingerprint"]}


def test_a_warehouse_of_a_version_that_is_not_known_is_refused_untouched() -> None:
    jobs = Jobs({"version": VERSION + 1, "fingerprint": ""})
    with pytest.raises(WarehouseError, match=rf"nba.test_nba_quality has schema version {VERSION + 1}"):
        schema.create(cast(BigQueryJobs, jobs), NAMES, "US")
    assert len(jobs.asked) == 1


def test_a_column_that_a_contract_has_gained_is_added() -> None:
    existing = made_tables(NAMES)
    del existing[BOX]["pts"]
    assert schema.statements(NAMES, existing) == [f"ALTER TABLE {BOX} ADD COLUMN IF NOT EXISTS `pts` INT64"]


def test_a_warehouse_from_before_the_fingerprint_gains_it() -> None:
    existing = made_tables(NAMES)
    del existing[NAMES.system("warehouse_version")]["fingerprint"]
    [step] = schema.statements(NAMES, existing)
    assert step == f"ALTER TABLE {NAMES.system('warehouse_version')} ADD COLUMN IF NOT EXISTS `fingerprint` STRING"


def test_a_column_of_another_type_is_refused_with_its_name() -> None:
    existing = made_tables(NAMES)
    existing[BOX]["pts"] = "STRING"
    with pytest.raises(WarehouseError, match=r"team_box_scores\.pts is stored as STRING, the contract says INT64"):
        schema.statements(NAMES, existing)


def test_the_fingerprint_is_of_the_whole_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SYSTEM_TABLES, "fences", {**SYSTEM_TABLES["fences"], "why": "STRING"})
    assert schema.fingerprint(NAMES) != NEWEST["fingerprint"]


def test_all_that_a_reader_asks_is_of_the_moment_of_its_first_question() -> None:
    jobs = Jobs(NEWEST)
    reader = BigQueryReader(cast(BigQueryJobs, jobs), NAMES)
    reader.newest_token()
    reader.last_build()
    (first, nothing), (second, given) = jobs.asked
    assert first.count("FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()") == 2
    assert nothing == {}
    assert "FOR SYSTEM_TIME AS OF @moment" in second
    assert given == {"moment": MOMENT}


def test_a_reader_whose_first_answer_tells_no_moment_asks_for_it() -> None:
    jobs = Jobs(NEWEST)
    BigQueryReader(cast(BigQueryJobs, jobs), NAMES).last_build()
    (when, _), (_, given) = jobs.asked
    assert when == "SELECT CURRENT_TIMESTAMP() AS moment"
    assert given == {"moment": MOMENT}

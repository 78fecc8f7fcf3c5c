"""The composition root: nothing forgotten, everything described, edges and checks as the contracts say."""

import datetime as dt
import tomllib
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
import yaml
from dagster._core.definitions.backfill_policy import BackfillPolicyType

from nba_assets.contracts.tables import TABLES
from nba_assets.definitions import MAIN_JOB, TABLE_ASSETS, TABLES_JOB, build_definitions
from nba_assets.event_log.outcomes import CHECK_NAME
from nba_assets.orchestration.groups import group_name
from nba_assets.platform import open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.port import Delivery, Source, SourceError
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.raw_games import raw_frames
from nba_assets_tests.warehouse.raw_publishes import no_rows, publish

DAYS = [dt.date(2024, 12, number) for number in range(3, 7)]
MODEL, REPORT = "xgboost_points_model", "data_quality_report"
NO_ASSETS = {"__init__", "feature_chain"}
"""Files beside the assets: the chain recomputes features for the gate before a training."""
ASSET_FILES = sorted(
    path.stem for path in (REPOSITORY / "nba_assets" / "assets").glob("*/*.py") if path.stem not in NO_ASSETS
)


class FourDays:
    """A source of two games a date on four dates."""

    name, first_date, horizon, fingerprint = "four days", DAYS[0], DAYS[-1], "1"

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        if start < self.first_date or end > self.horizon:
            raise SourceError(f"{start} … {end} is not covered")
        rows = raw_frames(DAYS)[table]
        return Delivery(rows[rows["game_date"].between(str(start), str(end))].reset_index(drop=True))


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home: Path = tmp_path_factory.mktemp("home")
    return build_definitions(Settings(home=home), FourDays())


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_every_file_of_assets_is_listed_and_named_after_its_asset(specs: dict[str, dg.AssetSpec]) -> None:
    assert sorted(specs) == ASSET_FILES


def test_every_contract_has_its_asset_in_graph_order() -> None:
    assert [asset.contract for asset in TABLE_ASSETS] == list(TABLES.values())


def test_groups_listed_by_name_stand_in_the_order_the_data_flow(specs: dict[str, dg.AssetSpec]) -> None:
    backwards = [
        (dep.asset_key.to_user_string(), name)
        for name, spec in specs.items()
        for dep in spec.deps
        if specs[dep.asset_key.to_user_string()].group_name > spec.group_name
    ]
    assert backwards == []
    assert specs[REPORT].group_name == max(str(spec.group_name) for spec in specs.values())


@pytest.mark.parametrize("name", ASSET_FILES)
def test_every_asset_is_described(specs: dict[str, dg.AssetSpec], name: str) -> None:
    spec = specs[name]
    assert spec.group_name == group_name(next((REPOSITORY / "nba_assets" / "assets").glob(f"*/{name}.py")).parent.name)
    assert spec.owners == ["team:nba-data"]
    assert spec.kinds == {MODEL: {"xgboost"}, REPORT: {"vega"}}.get(name, {"pandas"})
    assert len(spec.description or "") > 80, "the docstring says grain, meaning, and what missing means"
    assert "dataset" in spec.tags
    assert "\n    " not in spec.description, "Markdown shows what is indented as code"
    (place,) = spec.metadata["dagster/code_references"].code_references
    assert Path(place.file_path).stem == name
    assert "asset(" in Path(place.file_path).read_text().splitlines()[place.line_number - 1]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_shows_its_contract(specs: dict[str, dg.AssetSpec], name: str) -> None:
    spec, contract = specs[name], TABLES[name]
    schema = spec.metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == list(contract.column_names)
    assert all(column.description for column in schema.columns)
    assert {column.name for column in schema.columns if column.constraints.nullable} == set(contract.nullable_columns)
    assert spec.metadata["dagster/table_name"] == f"{contract.dataset}.{name}"
    assert spec.metadata["grain"] == contract.grain
    assert spec.metadata["missing_rows"] == contract.missing
    assert spec.code_version == str(contract.code_version)


@pytest.mark.parametrize("name", TABLES)
def test_edges_are_what_the_contract_reads_and_map_a_date_to_itself(
    definitions: dg.Definitions, specs: dict[str, dg.AssetSpec], name: str
) -> None:
    read = {upstream.table for upstream in TABLES[name].reads}
    edges = {dep.asset_key.to_user_string() for dep in specs[name].deps}
    assert edges == read | ({MODEL} if name == "player_points_predictions" else set())
    graph = definitions.resolve_asset_graph()
    for upstream in read:
        mapping = graph.get_partition_mapping(dg.AssetKey(name), dg.AssetKey(upstream))
        assert isinstance(mapping, dg.TimeWindowPartitionMapping | dg.IdentityPartitionMapping)
        if isinstance(mapping, dg.TimeWindowPartitionMapping):
            assert (mapping.start_offset, mapping.end_offset) == (0, 0)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_partitioned_by_the_dates_of_the_source_and_built_in_ranges(
    definitions: dg.Definitions, specs: dict[str, dg.AssetSpec], name: str
) -> None:
    partitions = specs[name].partitions_def
    assert partitions.get_partition_keys(current_time=dt.datetime(2030, 1, 1, tzinfo=dt.UTC)) == [
        day.isoformat() for day in DAYS
    ]
    policy = definitions.resolve_asset_graph().get(dg.AssetKey(name)).backfill_policy
    assert policy.policy_type is BackfillPolicyType.SINGLE_RUN


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_one_roll_up_check_per_date_that_blocks_nothing(definitions: dg.Definitions, name: str) -> None:
    graph = definitions.resolve_asset_graph()
    check = graph.get(dg.AssetCheckKey(dg.AssetKey(name), CHECK_NAME))
    assert check.blocking is False
    assert check.partitions_def == graph.get(dg.AssetKey(name)).partitions_def
    assert check.description


def test_every_run_of_tables_ends_with_a_check_of_what_it_left_open(definitions: dg.Definitions) -> None:
    keys = {key for key in definitions.resolve_asset_graph().asset_check_keys if key.name == "last_run_complete"}
    assert {key.asset_key.to_user_string() for key in keys} == set(TABLES)


@pytest.mark.parametrize(
    ("job", "assets"),
    [
        pytest.param(MAIN_JOB, set(ASSET_FILES), id="everything"),
        pytest.param(
            TABLES_JOB,
            set(ASSET_FILES) - {MODEL, REPORT, "player_points_predictions", "prediction_accuracy"},
            id="tables",
        ),
    ],
)
def test_jobs(definitions: dg.Definitions, job: str, assets: set[str]) -> None:
    selected = definitions.resolve_job_def(job).asset_layer.selected_asset_keys
    assert {key.to_user_string() for key in selected} == assets


def test_lineage_names_columns_that_exist() -> None:
    columns = {f"{name}.{column}" for name, contract in TABLES.items() for column in contract.column_names}
    named = {source for contract in TABLES.values() for column in contract.columns for source in column.sources}
    assert named
    assert named - columns == set()


@pytest.mark.parametrize("name", [name for name, contract in TABLES.items() if not contract.ingest])
def test_lineage_points_to_tables_that_are_read(name: str) -> None:
    contract = TABLES[name]
    named = {source.split(".")[0] for column in contract.columns for source in column.sources}
    assert named <= {read.table for read in contract.reads}


def test_loading_writes_nothing(tmp_path: Path) -> None:
    build_definitions(Settings(home=tmp_path / "home"), FourDays())
    assert list(tmp_path.iterdir()) == []


def _opened(settings: Settings, source: Source) -> DuckDBWarehouse:
    warehouse = open_warehouse(settings, source)
    assert isinstance(warehouse, DuckDBWarehouse)
    return warehouse


def test_a_source_that_cannot_be_asked_closes_nothing_but_itself(tmp_path: Path) -> None:
    """History begins where the warehouse does not know a date to be without games; here it knows of none."""
    settings = Settings(home=tmp_path / "home")

    class Away(FourDays):
        def read(self, *_: object) -> Delivery:
            raise SourceError("no answer; ask again later")

    build_definitions(settings, Away())
    assert _opened(settings, FourDays()).history_start == DAYS[0]
    known = DuckDBWarehouse(settings.warehouse, pd.DatetimeIndex(DAYS))
    publish(known, "game_schedule", DAYS[:2], rows=no_rows("game_schedule"))
    assert _opened(settings, Away()).history_start == DAYS[2]


def test_workspace_and_project_name_the_same_module() -> None:
    workspace = yaml.safe_load((REPOSITORY / "workspace.yaml").read_text())
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert workspace["load_from"] == [{"python_module": "nba_assets.definitions"}]
    assert project["tool"]["dagster"]["module_name"] == "nba_assets.definitions"


def test_importing_the_definitions_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment decides when `defs` is called, not when the module is imported."""
    from nba_assets import definitions as module

    monkeypatch.setenv("NBA_SOURCE", "nowhere")
    with pytest.raises(Exception, match="nowhere"):
        module.defs()

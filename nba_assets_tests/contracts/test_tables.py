"""The contracts together: graph order, lineage, rules, the written data dictionary."""

from pathlib import Path

from nba_assets.contracts.tables import TABLES, ancestors
from nba_assets.readiness.rules import rules_of
from nba_assets_tests.data_dictionary import data_dictionary

REPOSITORY = Path(__file__).resolve().parents[2]


def test_tables_stand_in_graph_order() -> None:
    seen: set[str] = set()
    for name, contract in TABLES.items():
        assert {read.table for read in contract.reads} <= seen, name
        seen.add(name)


def test_lineage_names_columns_that_exist_in_tables_that_are_read() -> None:
    for name, contract in TABLES.items():
        upstream = {read.table for read in contract.reads}
        for column in contract.columns:
            for source in column.sources:
                table, source_column = source.split(".")
                assert table in upstream, f"{name}.{column.name} is made of {source}, which {name} does not read"
                TABLES[table].column(source_column)


def test_a_narrowed_read_has_the_partition_and_all_that_the_lineage_names() -> None:
    narrowed = [(contract, read) for contract in TABLES.values() for read in contract.reads if read.columns]
    assert narrowed
    for contract, read in narrowed:
        upstream, columns = TABLES[read.table], contract.columns_read(read)
        assert set(columns) <= set(upstream.column_names), (contract.name, read)
        assert "game_date" in columns
        sources = {source for column in contract.columns for source in column.sources}
        assert {source for source in sources if source.split(".")[0] == read.table} <= {
            f"{read.table}.{name}" for name in columns
        }  # fmt: skip
        assert len(columns) < len(upstream.columns)


def test_a_read_that_is_not_narrowed_has_all_columns() -> None:
    contract = TABLES["team_defense"]
    assert contract.columns_read(contract.reads[0]) == ()


def test_every_derived_column_says_what_it_is_made_of() -> None:
    for name, contract in TABLES.items():
        if not contract.ingest:
            unsourced = [c.name for c in contract.columns if not c.sources and c.name != "absence"]
            assert all("source_unavailable" in contract.column(c).nulls for c in unsourced), (name, unsourced)


def test_every_column_has_a_description_and_every_table_its_rules() -> None:
    for contract in TABLES.values():
        assert contract.description
        assert contract.missing
        assert all(column.description for column in contract.columns)
        assert rules_of(contract).rules


def test_numbers_have_bounds_and_units_unless_they_are_ids() -> None:
    for name, contract in TABLES.items():
        for column in contract.columns:
            if column.type in ("integer", "float") and not column.name.endswith("_id"):
                assert None not in (column.low, column.high), (name, column.name)
                assert column.unit, (name, column.name)


def test_count_columns_exist_and_are_never_null() -> None:
    for name, contract in TABLES.items():
        for column in contract.columns:
            if column.count_column is not None:
                assert not contract.column(column.count_column).nullable, (name, column.name)


def test_ancestors_of_the_model_are_everything_but_predictions() -> None:
    assert ancestors("ml_feature_store", "player_game_summary") == tuple(TABLES)[:-2]
    assert ancestors("team_offense") == (
        "game_schedule",
        "game_results",
        "team_box_scores",
        "player_box_scores",
        "shot_attempts",
        "team_offense",
    )


def test_data_dictionary_is_current() -> None:
    written = (REPOSITORY / "docs" / "data_dictionary.md").read_text()
    assert written == data_dictionary(), "run: python -m nba_assets_tests.data_dictionary > docs/data_dictionary.md"

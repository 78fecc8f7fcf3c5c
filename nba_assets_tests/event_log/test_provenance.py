"""Inputs of a materialization: Dagster neither calls them new dependencies nor judges by them what is outdated."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from nba_assets.event_log.events import NOT_COMPARED
from nba_assets.event_log.outcomes import Outcome, check_spec, report_outcomes
from nba_assets.orchestration.table_asset import NOTHING

DAY = dt.date(2024, 1, 1)
PARTITIONS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-03")


def _table(name: str, made_of: tuple[str, ...], named: bool) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        deps=list(made_of),
        partitions_def=PARTITIONS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[check_spec(name, PARTITIONS)],
        dagster_type=NOTHING,
        code_version="1",
    )
    def table(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
        facts: dict[str, Any] = {
            "passed": True,
            "materialized": True,
            "code_version": 1,
            "made_of": made_of if named else (),
        }
        outcome = Outcome(data_version=f"content of run {context.run.run_id}", **facts)
        yield from report_outcomes(context, name, {DAY: outcome})

    return table


@dg.asset(name="model", code_version="1")
def model() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(data_version=NOT_COMPARED)


@pytest.mark.parametrize("instance", ["local"], indirect=True)
@pytest.mark.parametrize("named", [True, False])
def test_named_inputs_are_no_new_dependency_and_outdate_nothing(instance: dg.DagsterInstance, named: bool) -> None:
    assets = [model, _table("raw", (), named), _table("table", ("raw", "model"), named)]
    definitions = dg.Definitions(assets=assets, executor=dg.in_process_executor)

    def run(*names: str) -> None:
        partition = DAY.isoformat() if names != ("model",) else None
        config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        dg.materialize(assets, selection=list(names), instance=instance, partition_key=partition, run_config=config)

    def reasons() -> list[str]:
        graph = definitions.resolve_asset_graph()
        resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
        found = [cause.reason for cause in resolver.get_stale_causes(dg.AssetKey("table"), DAY.isoformat())]
        status = resolver.get_status(dg.AssetKey("table"), DAY.isoformat())
        assert status is (StaleStatus.STALE if found else StaleStatus.FRESH)
        return found

    run("raw", "table")
    new = ["has a new dependency on model", "has a new dependency on raw"]
    assert reasons() == ([] if named else new), "without the tags every input is a new dependency"
    run("model")
    run("raw")
    assert reasons() == ([] if named else new)

"""The asset `data_quality_report`: one HTML page about all the others."""

from typing import Any

import dagster as dg

from nba_assets import clock
from nba_assets.orchestration.groups import group_name
from nba_assets.orchestration.table_asset import OWNERS
from nba_assets.reporting.facts import quality_facts
from nba_assets.reporting.incidents import Incident
from nba_assets.reporting.page import write_page
from nba_assets.settings import Settings
from nba_assets.sources.port import left_out
from nba_assets.storage.factory import open_store
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.port import Warehouse


@dg.asset(
    group_name=group_name("quality"),
    # No upstream whose failure would skip the page; of what can run it runs last.
    op_tags={"dagster/priority": "-1"},
    owners=OWNERS,
    kinds={"vega"},
    tags={"dataset": "nba_quality"},
    required_resource_keys={"warehouse", "settings", "source"},
)
def data_quality_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One page about everything that is published, with what is broken and why.

    A map of tables by dates, incidents with root cause and cure, coverage by season, models against baselines,
    waivers, durations.

    One self-contained HTML file, rewritten; it opens without a server, and is put into the bucket of the reports
    where there is one. It reads the ledger and changes no table, so it needs no claim. It depends on no other asset: a
    run of everything ends with it also when tables failed or the model was refused, for then it is needed most.
    """
    warehouse: Warehouse = context.resources.warehouse
    settings: Settings = context.resources.settings
    facts = quality_facts(warehouse, stored_models(settings), clock.now(), left_out(context.resources.source))
    path = write_page(facts, settings.reports)
    metadata: dict[str, Any] = {"page": dg.MetadataValue.path(path), "open": dg.MetadataValue.url(path.as_uri())}
    if settings.report_store:
        store = open_store(settings.report_store)
        store.write(path.name, path.read_bytes())
        metadata = {"page": dg.MetadataValue.path(store.address(path.name))}
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "partitions": dg.MetadataValue.json(facts.totals),
            "open_incidents": len(facts.incidents),
            "incidents": dg.MetadataValue.table([_record(one) for one in facts.incidents[:100]], schema=SCHEMA),
        }
    )


SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("incident", description="State, table and dates of the root."),
        dg.TableColumn("cause", description="What the ledger says."),
        dg.TableColumn("blocked", "int", description="Partitions that wait for it or are stale because of it."),
        dg.TableColumn("fix", description="What to do, with the command."),
    ]
)


def _record(incident: Incident) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "incident": f"{incident.kind}: {incident.table} {incident.where}",
            "cause": incident.reason[:300],
            "blocked": incident.partitions_blocked,
            "fix": incident.fix + (f"; or, as it was delivered: {incident.accept}" if incident.accept else ""),
        }
    )

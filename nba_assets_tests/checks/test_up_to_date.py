"""The check `up_to_date` in a run: the verdict of the ledger, for the tables that were asked for."""

from types import SimpleNamespace

import dagster as dg

from nba_assets.checks.up_to_date import CHECK_NAME, up_to_date
from nba_assets.event_log.dagster_state import STATE_DIGEST
from nba_assets.readiness.up_to_date import up_to_date_verdicts
from nba_assets_tests.dagster_values import as_table
from nba_assets_tests.readiness.ledgers import HandLedger


def test_a_run_says_it_too_and_only_of_what_it_was_asked_for() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    asked = dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(name), CHECK_NAME) for name in ("raw", "cache")))
    definitions = dg.Definitions(
        assets=[dg.AssetSpec(name) for name in ledger.contracts],
        asset_checks=[up_to_date(list(ledger.contracts))],
        jobs=[dg.define_asset_job("job", selection=asked)],
        resources={"warehouse": SimpleNamespace(state=ledger.state)},
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("job").execute_in_process(instance=instance)
        assert result.success, "a red check stops no run: the read is the gate"
        found = {one.asset_key.to_user_string(): one for one in result.get_asset_check_evaluations()}
    assert {name: one.passed for name, one in found.items()} == {"raw": True, "cache": False}
    assert found["cache"].severity is dg.AssetCheckSeverity.ERROR
    assert found["cache"].metadata[STATE_DIGEST].value == up_to_date_verdicts(ledger.state())["cache"].state_digest
    (row,) = as_table(found["cache"].metadata["stale_ranges"]).records
    assert (row.data["because_of"], row.data["dates"]) == ("raw", 2)

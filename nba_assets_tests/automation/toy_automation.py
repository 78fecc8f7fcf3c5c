"""Toy assets whose conditions look at a ledger kept by hand, evaluated as Dagster's daemon evaluates them."""

import logging
from typing import Any

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData

from nba_assets.automation.launching.automation_sensor import LedgerAutomation
from nba_assets.automation.launching.conditions import Decider, LedgerSaysDue
from nba_assets.claims.store import ClaimStore
from nba_assets.settings import Settings
from nba_assets_tests.readiness.ledgers import HandLedger, only_ledger


class ToyAutomation:
    """One asset for each table of the ledger; `requested` and `tick` evaluate again each time."""

    def __init__(self, ledger: HandLedger, instance: dg.DagsterInstance, settings: Settings, **given: Any) -> None:
        self.ledger, self.instance, self.settings = ledger, instance, settings
        self.store = ClaimStore(settings.claims_url)
        self.decider = Decider(lambda: only_ledger(self.ledger), self.store, lambda: "s1", **given)
        days = ledger.days
        partitions = dg.DailyPartitionsDefinition(str(days[0].date()), end_date=str((days[-1] + days.freq).date()))
        self.definitions = dg.Definitions(
            assets=[self._asset(name, partitions) for name in ledger.contracts],
            sensors=[LedgerAutomation(self.decider, settings, is_on=True)],
        )
        self.repository = self.definitions.get_repository_def()

    def _asset(self, name: str, partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
        @dg.asset(
            name=name,
            partitions_def=partitions,
            deps=[read.table for read in self.ledger.contracts[name].reads],
            automation_condition=LedgerSaysDue(self.decider),
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def made() -> None:
            """Never run here."""

        return made

    def requested(self) -> dict[str, list[int]]:
        """Numbers of the requested days by table, as Dagster's own evaluator finds them."""
        logging.getLogger("dagster").setLevel(logging.WARNING)
        result = dg.evaluate_automation_conditions(self.definitions, self.instance)
        found = {name: result.get_requested_partitions(dg.AssetKey(name)) for name in self.ledger.contracts}
        return {name: sorted(int(key[-2:]) for key in keys) for name, keys in found.items() if keys}

    def tick(self) -> SensorExecutionData:
        """One tick of the sensor, as the code server evaluates it."""
        with dg.build_sensor_context(instance=self.instance, repository_def=self.repository) as context:
            return self.repository.get_sensor_def("automation").evaluate_tick(context)

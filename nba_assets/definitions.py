"""Composition root: every asset, check and job listed by name, the outside world chosen by environment."""

import warnings
from typing import Any

import dagster as dg
import pandas as pd

from nba_assets.assets.analytics.player_game_summary import player_game_summary
from nba_assets.assets.analytics.team_defense import team_defense
from nba_assets.assets.analytics.team_offense import team_offense
from nba_assets.assets.features.ml_feature_store import ml_feature_store
from nba_assets.assets.ingest.game_results import game_results
from nba_assets.assets.ingest.game_schedule import game_schedule
from nba_assets.assets.ingest.injury_reports import injury_reports
from nba_assets.assets.ingest.player_box_scores import player_box_scores
from nba_assets.assets.ingest.point_lines import point_lines
from nba_assets.assets.ingest.shot_attempts import shot_attempts
from nba_assets.assets.ingest.team_box_scores import team_box_scores
from nba_assets.assets.model.xgboost_points_model import xgboost_points_model
from nba_assets.assets.precompute.player_composite_factors import player_composite_factors
from nba_assets.assets.precompute.player_daily_cache import player_daily_cache
from nba_assets.assets.precompute.player_shot_zones import player_shot_zones
from nba_assets.assets.precompute.team_defense_zones import team_defense_zones
from nba_assets.assets.precompute.upcoming_player_context import upcoming_player_context
from nba_assets.assets.predictions.player_points_predictions import player_points_predictions
from nba_assets.assets.predictions.prediction_accuracy import prediction_accuracy
from nba_assets.assets.quality.data_quality_report import data_quality_report
from nba_assets.automation.alerting.alerts_sensor import alerts_sensor
from nba_assets.automation.alerting.claims_sensor import claims_sensor
from nba_assets.automation.alerting.report_sensor import report_sensor
from nba_assets.automation.forms.operate import OPERATE_JOBS
from nba_assets.automation.launching.automation_sensor import LedgerAutomation
from nba_assets.automation.launching.conditions import Decider, LedgerSaysDue
from nba_assets.automation.launching.schedules import schedules
from nba_assets.automation.mirror.ledger_sensor import ledger_sensor
from nba_assets.checks.freshness import freshness_checks
from nba_assets.checks.last_run import last_run_complete
from nba_assets.checks.model_up_to_date import model_up_to_date
from nba_assets.checks.prediction_quality import prediction_quality
from nba_assets.checks.season_numbering import season_numbering
from nba_assets.checks.up_to_date import up_to_date
from nba_assets.orchestration.groups import group_name
from nba_assets.orchestration.run_claim import run_claim
from nba_assets.orchestration.run_tags import WHO_TAG
from nba_assets.orchestration.table_asset import TableAsset
from nba_assets.partitions import EASTERN
from nba_assets.platform import Platform
from nba_assets.settings import Settings, from_environment
from nba_assets.sources.port import Source
from nba_assets.sources.registry import calendar, is_live
from nba_assets.warehouse.port import Warehouse

TABLE_ASSETS: tuple[TableAsset, ...] = (
    game_schedule,
    game_results,
    team_box_scores,
    player_box_scores,
    shot_attempts,
    point_lines,
    injury_reports,
    team_offense,
    team_defense,
    player_game_summary,
    team_defense_zones,
    player_shot_zones,
    player_daily_cache,
    upcoming_player_context,
    player_composite_factors,
    ml_feature_store,
    player_points_predictions,
    prediction_accuracy,
)

MAIN_JOB = "main"
TABLES_JOB = "tables"


def run_labels(run: dg.DagsterRun | None) -> dict[str, str]:
    """What tells the cost of a run apart from that of others: the run, and who launched it."""
    return {"run": run.run_id, "who": run.tags.get(WHO_TAG, "")} if run else {}


def partitions_over(days: pd.DatetimeIndex, settings: Settings) -> dg.DailyPartitionsDefinition:
    """A partition for each date; those of a live source reach to tomorrow, whenever that is."""
    first = days[0].date().isoformat()
    if is_live(settings):
        return dg.DailyPartitionsDefinition(start_date=first, timezone=EASTERN, end_offset=2)
    return dg.DailyPartitionsDefinition(start_date=first, end_date=(days[-1] + pd.Timedelta(days=1)).date().isoformat())


def build_definitions(
    settings: Settings, source: Source | None = None, warehouse: Warehouse | None = None
) -> dg.Definitions:
    """All definitions over one choice of environment; tests and the replay hand in their own source or warehouse."""
    labels: dict[str, str] = {}
    platform = Platform(settings, source, warehouse, labels)
    days, opened = calendar(settings, platform.source), platform.warehouse

    def for_run(context: dg.InitResourceContext) -> Warehouse:
        labels.update(run_labels(context.run))
        return platform.current_warehouse()

    decider = Decider(platform.current_warehouse, platform.claims, lambda: platform.source.fingerprint)
    with warnings.catch_warnings():
        # Ranged runs and per-date checks are beta in Dagster; the version is pinned and a test holds both.
        warnings.simplefilter("ignore", category=dg.BetaWarning)
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        partitions_def = partitions_over(days, settings)
        condition = LedgerSaysDue(decider)
        assets = [asset.on(partitions_def).with_attributes(automation_condition=condition) for asset in TABLE_ASSETS]
        # Dagster's command line takes a partition range only when every selected asset has this policy.
        model = xgboost_points_model.with_attributes(backfill_policy=dg.BackfillPolicy.single_run())
        report = data_quality_report.with_attributes(backfill_policy=dg.BackfillPolicy.single_run())
        undated = dg.with_source_code_references([model, report])
        jobs: list[Any] = [
            dg.define_asset_job(
                MAIN_JOB,
                selection=dg.AssetSelection.all(),
                description="Everything over a range of dates: tables, model, predictions, data quality page.",
            ),
            dg.define_asset_job(
                TABLES_JOB,
                description="The tables that are made without a model, over a range of dates.",
                selection=dg.AssetSelection.groups(*map(group_name, ("ingest", "analytics", "precompute", "features"))),
            ),
            *OPERATE_JOBS,
        ]
        return dg.Definitions(
            assets=[*assets, *undated],
            asset_checks=[
                last_run_complete([asset.contract.name for asset in TABLE_ASSETS]),
                up_to_date([asset.contract.name for asset in TABLE_ASSETS]),
                model_up_to_date(),
                *freshness_checks(),
                season_numbering(),
                prediction_quality(),
            ],
            jobs=jobs,
            schedules=schedules(settings.is_production),
            sensors=[
                ledger_sensor,
                claims_sensor,
                LedgerAutomation(decider, settings, settings.is_production),
                alerts_sensor(settings.is_production),
                report_sensor(settings.is_production),
            ],
            resources={
                "warehouse": dg.ResourceDefinition(for_run) if is_live(settings) or settings.bigquery else opened,
                "source": platform.source,
                "settings": settings,
                "claims": run_claim,
            },
            executor=dg.in_process_executor,
        )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads: the platform that the environment describes."""
    return build_definitions(from_environment())


def main_job() -> dg.JobDefinition:
    """The job that builds everything, for launching from the command line."""
    return defs().resolve_job_def(MAIN_JOB)

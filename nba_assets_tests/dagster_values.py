"""What Dagster hands over as one of several types, as the one that a test expects."""

from typing import Any

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData


def as_table(value: object) -> dg.TableMetadataValue:
    """A value of metadata that is a table."""
    assert isinstance(value, dg.TableMetadataValue)
    return value


def as_json(value: dg.MetadataValue[Any]) -> Any:
    """What a value of metadata is in JSON."""
    return value.value


def requests_of(tick: SensorExecutionData | dg.SensorResult) -> list[dg.RunRequest]:
    """The runs that a tick asks for."""
    return list(tick.run_requests or ())


def asset_of(definitions: dg.Definitions, name: str) -> dg.AssetsDefinition:
    """The definition of an asset."""
    (found,) = (
        asset
        for asset in definitions.assets or ()
        if isinstance(asset, dg.AssetsDefinition) and asset.key.path == [name]
    )
    return found

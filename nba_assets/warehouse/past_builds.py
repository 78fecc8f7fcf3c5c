"""What former builds had published: history, what still holds, what was kept when it was replaced."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import label_date
from nba_assets.warehouse.frames import EMPTY_HASH
from nba_assets.warehouse.gated_reads import rows_of_days
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.reader import Reader


def publishing_rows(reader: Reader, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
    """History rows by which builds put their content in place, one per day; WarehouseError where one did not."""
    rows = reader.published_by(contract.name, builds)
    rows = rows[_matches(rows, "build_id", builds)].sort_values("game_date", ignore_index=True)
    if absent := sorted(set(builds) - set(rows["game_date"].dt.date)):
        raise WarehouseError(
            f"{contract.name} {absent[0]}: build {builds[absent[0]]} published no content there; builds that did are "
            "in its history"
        )
    return rows


def content_of_builds(reader: Reader, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
    """What a build had published on each day: from the table where equal content is published, else from what was kept.

    Content is found by its hash, for later builds with the same content do not keep it twice. WarehouseError
    names the day whose content is not kept any more.
    """
    published = publishing_rows(reader, contract, builds)
    hashes = {label_date(day): text for day, text in published.set_index("game_date")["content_hash"].items()}
    current = reader.entries_on(contract.name, list(builds))["content_hash"]
    in_table = [day for day, text in hashes.items() if current.get(pd.Timestamp(day)) == text]
    gone = {day: text for day, text in hashes.items() if day not in in_table and text != EMPTY_HASH}
    frames = [rows_of_days(reader, contract, in_table)]
    if gone:
        frames.append(reader.kept_rows(contract, _keepers(reader, contract, builds, gone)))
    found = [frame for frame in frames if len(frame)]
    if not found:
        return frames[0]
    return pd.concat(found).sort_values(["game_date", *contract.key], kind="stable", ignore_index=True)


def _keepers(
    reader: Reader, contract: Contract, builds: Mapping[dt.date, int], gone: Mapping[dt.date, str]
) -> dict[dt.date, int]:
    """The newest build under which the content of each day is kept."""
    kept = reader.kept_builds(contract, list(gone))
    newest = kept[_matches(kept, "content_hash", gone)].groupby("game_date")["build_id"].max()
    found = {label_date(day): int(build) for day, build in newest.items()}
    if lost := sorted(set(gone) - set(found)):
        raise WarehouseError(
            f"{contract.name} {lost[0]}: the content of build {builds[lost[0]]} is not kept any more; rebuild the "
            "date instead"
        )
    return found


def _matches(rows: pd.DataFrame, column: str, wanted: Mapping[dt.date, object]) -> np.ndarray:
    """Which rows have in a column what is wanted for their date; of no rows none, which a list cannot say."""
    found = [wanted[day.date()] == value for day, value in zip(rows["game_date"], rows[column], strict=True)]
    return np.array(found, dtype=bool)

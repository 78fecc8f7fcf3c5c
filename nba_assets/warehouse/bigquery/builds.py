"""What former builds had published, read from BigQuery: history, what still stands, what was kept when replaced."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.bigquery.reads import AS_OF, MOMENT, BigQueryReader
from nba_assets.warehouse.decisions import check_found, check_published
from nba_assets.warehouse.frames import EMPTY_HASH, from_arrow
from nba_assets.warehouse.gated_reads import rows_of_days


def publishing_rows(reader: BigQueryReader, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
    """History rows by which builds put their content in place, one per day; WarehouseError where one did not."""
    query = (
        f"{MOMENT}* FROM {reader.system('ledger_history')} WHERE table_name = @table AND attempt_build = build_id "
        "AND game_date IN UNNEST(@days) AND build_id IN UNNEST(@builds) ORDER BY game_date"
    )
    rows = reader.frame(query, "ledger", table=contract.name, days=list(builds), builds=sorted(set(builds.values())))
    rows = rows[_matches(rows, "build_id", builds)].reset_index(drop=True)
    check_published(contract, builds, [day.date() for day in rows["game_date"]])
    return rows


def content_of_builds(reader: BigQueryReader, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
    """What a build had published on each day: from the table where equal content stands, else from what was kept.

    Content is found by its hash, for later builds with the same content do not keep it twice. WarehouseError
    names the day whose content is not kept any more.
    """
    published = publishing_rows(reader, contract, builds)
    hashes = {day.date(): text for day, text in published.set_index("game_date")["content_hash"].items()}
    standing = reader.standing_on(contract.name, list(builds))["content_hash"]
    stands = [day for day, text in hashes.items() if standing.get(pd.Timestamp(day)) == text]
    gone = {day: text for day, text in hashes.items() if day not in stands and text != EMPTY_HASH}
    frames = [rows_of_days(reader, contract, stands)] if stands else []
    if gone:
        frames.append(_kept(reader, contract, builds, gone))
    if not frames:
        return rows_of_days(reader, contract, [])
    return pd.concat(frames).sort_values(["game_date", *contract.key], kind="stable", ignore_index=True)


def _kept(
    reader: BigQueryReader, contract: Contract, builds: Mapping[dt.date, int], gone: Mapping[dt.date, str]
) -> pd.DataFrame:
    known = reader.frame(
        f"SELECT DISTINCT kept.game_date, kept.build_id, history.content_hash FROM {reader.names.replaced(contract)} "
        f"AS kept {AS_OF} JOIN {reader.names.system('ledger_history')} AS history {AS_OF} "
        "ON history.game_date = kept.game_date AND history.build_id = kept.build_id "
        "WHERE history.table_name = @table AND kept.game_date IN UNNEST(@days)",
        contract.name, table=contract.name, days=list(gone),
    )  # fmt: skip
    newest = known[_matches(known, "content_hash", gone)].groupby("game_date")["build_id"].max()
    check_found(contract, builds, set(gone) - {day.date() for day in newest.index})
    places = [{"game_date": ("DATE", day.date()), "build_id": ("INT64", int(build))} for day, build in newest.items()]
    names = ", ".join(f"`{name}`" for name in contract.column_names)
    query = (
        f"SELECT {names} FROM {reader.names.replaced(contract)} AS kept {AS_OF} WHERE EXISTS (SELECT 1 FROM "
        "UNNEST(@places) AS place WHERE place.game_date = kept.game_date AND place.build_id = kept.build_id)"
    )
    return from_arrow(contract, reader.ask(query, contract.name, places=places))


def _matches(rows: pd.DataFrame, column: str, wanted: Mapping[dt.date, object]) -> np.ndarray:
    """Which rows have in a column what is wanted for their date; of no rows none, which a list cannot say."""
    found = [wanted[day.date()] == value for day, value in zip(rows["game_date"], rows[column], strict=True)]
    return np.array(found, dtype=bool)

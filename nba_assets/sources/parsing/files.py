"""Parquet and CSV files read as delivered: no guessing of types for ids, dates and clock times."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from nba_assets.sources.port import SourceError


def read_file(path: Path, name: str, columns: Collection[str], text: Collection[str]) -> pd.DataFrame:
    """Those of `columns` that the file has, in its order.

    Columns in `text` of a CSV stay text, so that ids keep their zeros and clock times their form. An empty text is
    null: a CSV cannot tell one from the other. `name` is what messages call the file. Raises SourceError for a file
    that is unreadable, damaged or not of its type.
    """
    try:
        if path.suffix == ".parquet":
            present = [column for column in pyarrow.parquet.read_schema(path).names if column in columns]
            table = pyarrow.parquet.read_table(path, columns=present, pre_buffer=False)
        else:
            options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(text, pa.string()))
            table = pyarrow.csv.read_csv(path, convert_options=options)
            double = {column for column in columns if table.column_names.count(column) > 1}
            if double:
                raise SourceError(f"{name}: column {', '.join(sorted(double))} appears twice; keep one of them")
            table = table.select([column for column in table.column_names if column in columns])
    except PermissionError as error:
        raise SourceError(f"{name}: no permission to read {path}; grant it") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{name}: cannot be read ({_first_line(error)}); deliver the file again") from error
    for place, field in enumerate(table.schema):
        texts = table.column(place)
        if pa.types.is_dictionary(field.type):
            texts = texts.cast(field.type.value_type)
        if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
            texts = pc.if_else(pc.equal(texts, ""), None, texts)
        table = table.set_column(place, field.name, texts)
    rows: pd.DataFrame = table.to_pandas(ignore_metadata=True, split_blocks=True, self_destruct=True)
    return rows


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]

"""The data dictionary, rendered from the contracts.

python -m nba_assets_tests.data_dictionary > docs/data_dictionary.md
"""

import sys

from nba_assets.contracts.contract import Column, Contract, Read
from nba_assets.contracts.tables import TABLES


def data_dictionary() -> str:
    """Markdown: one section per table in graph order, one line per column."""
    head = (
        "# Data dictionary\n\nGenerated from `nba_assets/contracts`; do not edit. Every table is partitioned by "
        "`game_date` (US Eastern). Null reasons stand in each row's `absence` column.\n"
    )
    return head + "".join(_section(contract) for contract in TABLES.values())


def _section(contract: Contract) -> str:
    reads = ", ".join(f"`{read.table}` ({_window(read)})" for read in contract.reads) or "the source"
    lines = [
        f"\n## {contract.dataset}.{contract.name}\n",
        f"{contract.description}\n",
        f"Grain: {contract.grain}. Key: {', '.join(f'`{name}`' for name in contract.key)}. Reads: {reads}. "
        f"Code version {contract.code_version}.\n",
        f"Missing rows: {contract.missing}\n",
        "| column | type | unit | range | null means | meaning | made of |",
        "|---|---|---|---|---|---|---|",
        *(_line(column) for column in contract.columns),
        "",
    ]
    return "\n".join(lines)


def _window(read: Read) -> str:
    flags = {"optional": read.optional, "as published": read.as_published}
    return ", ".join([read.window.replace("_", " "), *(word for word, is_so in flags.items() if is_so)])


def _line(column: Column) -> str:
    bounds = ", ".join(column.allowed)
    if column.low is not None or column.high is not None:
        bounds = f"{_bound(column.low)} … {_bound(column.high)}"
    cells = [
        f"`{column.name}`",
        column.type,
        column.unit,
        bounds,
        ", ".join(column.nulls),
        column.description,
        ", ".join(column.sources),
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())

"""Fingerprints of what decides a table's content, pinned to its code version in `code_versions.json`.

`python -m nba_assets_tests.code_versions` writes the file. It refuses a fingerprint that changed under the same
version, unless `--same-results REASON` says why the rows are the same all the same; the reason is kept in the file.

A fingerprint covers the meaning of the table's contract (names, types, nulls, bounds, keys, reads, windows), the
body of its asset, and every module of `domain` and `modelling` that it imports at any depth. Comments, docstrings,
descriptions and layout change nothing.
"""

import argparse
import ast
import hashlib
import importlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, EnumType
from functools import cache
from pathlib import Path
from typing import Any, cast

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.tables import TABLES
from nba_assets_tests.conftest import REPOSITORY

FILE = Path(__file__).with_name("code_versions.json")
COMPUTING = ("nba_assets.domain", "nba_assets.modelling")
"""Packages whose modules compute: anyone who imports one depends on all of it."""
CONTRACTS = "nba_assets.contracts"
"""Package whose values count, whichever module imports them; its words do not."""
COMMAND = "python -m nba_assets_tests.code_versions"

_LAYOUT = {"ctx", "kind", "type_comment", "type_params", "type_ignores"}
"""Fields of the syntax tree that say nothing about results, or that differ between versions of Python."""

Record = dict[str, Any]
ReadSource = Callable[[str], str]


def read_source(module: str) -> str:
    """Source text of a module of the repository."""
    path = REPOSITORY.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")


def is_module(name: str) -> bool:
    path = REPOSITORY.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file()


def current(
    contracts: Mapping[str, Contract] = TABLES,
    assets: Mapping[str, str] | None = None,
    source: ReadSource = read_source,
) -> dict[str, Record]:
    """Version, fingerprint and its parts per table; `assets` names the module of each table's asset."""
    modules = assets or asset_modules()
    records = {}
    for table, contract in contracts.items():
        parts = {"contract": digest(meaning(contract)), **_parts_of_code(modules[table], source)}
        records[table] = {
            "version": contract.code_version,
            "fingerprint": digest(sorted(parts.items())),
            "parts": parts,
        }
    return records


def asset_modules() -> dict[str, str]:
    from nba_assets.definitions import TABLE_ASSETS

    return {asset.contract.name: asset.compute.__module__ for asset in TABLE_ASSETS}


def problems(recorded: Mapping[str, Record], found: Mapping[str, Record]) -> list[str]:
    """What is wrong with the file, a line per table: changed without a bump, a lowered version, out of date."""
    lines = []
    for table in {**recorded, **found}:
        old, new = recorded.get(table), found.get(table)
        if old is None:
            lines.append(f"{table} is not in {FILE.name}: run `{COMMAND}`")
        elif new is None:
            lines.append(f"{table} is in {FILE.name} but is no table any more: run `{COMMAND}`")
        elif new["version"] < old["version"]:
            lines.append(
                f"{table}: code_version {new['version']} is lower than {old['version']}, which has already written "
                f"data: raise it above {old['version']} in nba_assets/contracts/"
            )
        elif new["version"] > old["version"]:
            lines.append(
                f"{table}: code_version is {new['version']} now, {FILE.name} has {old['version']}: run `{COMMAND}`"
            )
        elif new["fingerprint"] != old["fingerprint"]:
            lines.append(
                f"{table}: {', '.join(changed_parts(old, new))} changed under code_version {new['version']}: raise "
                f"code_version in nba_assets/contracts/, then run `{COMMAND}` (if no row of any date can differ: "
                f"`{COMMAND} --same-results REASON`)"
            )
    return lines


def changed_parts(old: Record, new: Record) -> list[str]:
    """The contract or modules that differ between two records of a table."""
    before, after = old["parts"], new["parts"]
    return [part for part in sorted({**before, **after}) if before.get(part) != after.get(part)]


def updated(recorded: Mapping[str, Record], found: Mapping[str, Record], same_results: str = "") -> dict[str, Record]:
    """The records to write. Raises ValueError where a version was lowered, or content changed without a bump."""
    records, refused = {}, []
    for table, new in found.items():
        old = recorded.get(table)
        records[table] = new
        if old is None or new["version"] > old["version"]:
            continue
        if new["version"] < old["version"] or (new["fingerprint"] != old["fingerprint"] and not same_results):
            refused += problems({table: old}, {table: new})
        elif new["fingerprint"] != old["fingerprint"]:
            records[table] = {**new, "same_results": same_results}
        else:
            records[table] = old
    if refused:
        raise ValueError("\n".join(refused))
    return records


def meaning(contract: Contract) -> list[Any]:
    """What a contract promises of the rows, without its words."""
    reads = sorted((read.table, read.window) for read in contract.reads)
    columns = [_column(column) for column in contract.columns]
    return [contract.dataset, list(contract.key), contract.ingest, reads, columns]


def _column(column: Column) -> list[Any]:
    nulls = [str(reason) for reason in column.nulls]
    bounds = [column.low, column.high, list(column.allowed)]
    return [column.name, column.type, nulls, bounds, column.window_games, column.count_column]


def _parts_of_code(asset: str, source: ReadSource) -> dict[str, str]:
    parts: dict[str, str] = {}
    waiting = [asset]
    while waiting:
        module = waiting.pop()
        if module in parts:
            continue
        parts[module], imports = _code(source(module), module == asset)
        for imported, name in imports:
            whole = f"{imported}.{name}"
            if imported.startswith(CONTRACTS) and module != asset:
                parts |= _value(imported, name)
            elif imported.startswith(COMPUTING):
                waiting.append(whole if is_module(whole) else imported)
    return {name.removeprefix("nba_assets."): value for name, value in parts.items()}


@cache
def _code(text: str, is_asset: bool) -> tuple[str, list[tuple[str, str]]]:
    """Digest of a module's code, and what it imports."""
    tree = ast.parse(text)
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    if is_asset:
        _drop_decorators(body)
    return digest(_plain(body)), _imports(tree)


def _drop_decorators(body: list[ast.stmt]) -> None:
    """How an asset is shown says nothing about its rows; of its contract the meaning counts."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []


def _imports(tree: ast.Module) -> list[tuple[str, str]]:
    """Everything a module imports, also inside functions, as (module, name); `import a.b` gives (a.b, "")."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def _value(module: str, name: str) -> dict[str, str]:
    """A value of the contracts that computing code uses; functions and classes are covered by what they make."""
    value: Any = getattr(importlib.import_module(module), name, None)
    if isinstance(value, EnumType):
        value = [(member.name, str(member.value)) for member in cast(Iterable[Enum], value)]
    elif isinstance(value, Contract):
        value = meaning(value)
    elif callable(value):
        return {}
    return {f"{module}.{name}": digest(value)}


def _plain(node: Any) -> Any:
    """The syntax tree as nested lists, without positions, words and what differs between versions of Python."""
    if isinstance(node, list):
        return [_plain(item) for item in node if not _is_words(item)]
    if isinstance(node, ast.Constant):
        return ["Constant", repr(node.value)]
    if isinstance(node, ast.AST):
        fields = ((name, getattr(node, name, None)) for name in node._fields if name not in _LAYOUT)
        return [type(node).__name__, *([name, _plain(value)] for name, value in fields if value not in (None, []))]
    return repr(node)


def _is_words(node: Any) -> bool:
    """A string on its own: a docstring, or the description of a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=repr).encode()).hexdigest()[:16]


def recorded() -> dict[str, Record]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def main(arguments: list[str] | None = None) -> int:
    """Write the file; exit code 1, and nothing written, when a table needs a bump first."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Record code versions and fingerprints of all tables.")
    parser.add_argument("--same-results", metavar="REASON", default="", help="why changed code gives the same rows")
    options = parser.parse_args(arguments)
    try:
        records = updated(recorded(), current(), options.same_results)
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    FILE.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

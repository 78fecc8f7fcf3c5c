"""The words that the glossary has retired come back in no name, message or page."""

import re

import pytest

from nba_assets_tests.conftest import REPOSITORY

GLOSSARY = REPOSITORY / "docs" / "glossary.md"
FORMER_VALUES = {
    "nba_assets/warehouse/system_tables.py",
    "nba_assets/claims/schema.py",
    "nba_assets/automation/alerting/alerts_sensor.py",
    "nba_assets_tests/warehouse/duckdb/test_duckdb_migration.py",
    "nba_assets/cli/app.py",
    "nba_assets_tests/cli/test_former_commands.py",
    "nba_assets_tests/claims/test_claim_database.py",
}
"""Files that must know a value that an earlier release has stored."""

MENTIONED = {"docs/glossary.md", "docs/changelog.md", "nba_assets_tests/test_words.py"}
"""Files that quote the words."""


def retired() -> list[str]:
    text = GLOSSARY.read_text(encoding="utf-8").partition("\nRetired: ")[2].partition(". They")[0]
    return [word.strip() for word in text.replace("\n", " ").split(",")]


@pytest.mark.parametrize("suffix", [".py", ".md", ".html", ".js"])
def test_no_retired_word_comes_back(suffix: str) -> None:
    words = retired()
    assert len(words) > 10
    pattern = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, words))})(?![a-z]|[ _-]out)", re.IGNORECASE)
    found = []
    for folder in ("nba_assets", "nba_assets_tests", "docs"):
        for file in sorted((REPOSITORY / folder).rglob(f"*{suffix}")):
            name = str(file.relative_to(REPOSITORY))
            if name in FORMER_VALUES or name in (
                "docs/glossary.md",
                "docs/changelog.md",
                "nba_assets_tests/test_words.py",
            ):
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                found += [f"{name}:{number}: {word}" for word in pattern.findall(line)]
    assert found == []

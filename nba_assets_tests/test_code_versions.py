"""Domain code and contracts change only together with the code version of every table that depends on them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from nba_assets.contracts import game_constants
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets_tests import code_versions
from nba_assets_tests.code_versions import (
    asset_modules,
    changed_parts,
    current,
    problems,
    read_source,
    recorded,
    updated,
)

CONSTANT = "contracts.game_constants.FREE_THROW_WEIGHT"


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    return current()


def edited(module: str, old: str, new: str) -> Callable[[str], str]:
    """The sources with one text in one module replaced; the text must be there."""

    def source(name: str) -> str:
        text = read_source(name)
        if name != module:
            return text
        assert old in text
        return text.replace(old, new)

    return source


def changed(now: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {table for table in now if now[table]["fingerprint"] != after[table]["fingerprint"]}


def test_the_recorded_versions_are_those_of_the_code(now: dict[str, Any]) -> None:
    found = problems(recorded(), now)
    assert found == [], "\n" + "\n".join(found)


def test_every_table_depends_on_its_asset_its_contract_and_its_domain_code(now: dict[str, Any]) -> None:
    assert list(now) == list(TABLES)
    parts = set(now["player_daily_cache"]["parts"])
    assert {"contract", "assets.precompute.player_daily_cache", "domain.player_daily_cache", "domain.windows"} <= parts
    assert "domain.team_games" in parts, "through expected_players"
    assert "contracts.contract.Absence" in parts, "the reasons are written into rows"
    assert {"modelling.prediction", "contracts.predictions.BASELINE_FEATURE"} <= set(
        now["player_points_predictions"]["parts"]
    )


def test_a_changed_constant_is_caught_in_exactly_the_tables_that_use_it(
    now: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game_constants, CONSTANT.rpartition(".")[2], 0.45)
    after = current()
    assert changed(now, after) == {
        "team_offense", "player_game_summary", "player_daily_cache", "player_composite_factors", "ml_feature_store",
    }  # fmt: skip
    line = next(line for line in problems(now, after) if line.startswith("team_offense"))
    assert CONSTANT in line
    assert "raise code_version" in line
    assert "python -m nba_assets_tests.code_versions" in line
    assert changed_parts(now["team_offense"], after["team_offense"]) == [CONSTANT]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("RELIABLE_MINUTES = 3.0  # of a game", id="comment"),
        pytest.param("RELIABLE_MINUTES = (\n    3.0\n)", id="layout"),
        pytest.param('RELIABLE_MINUTES = 3.0\n"""Enough of a game."""', id="words"),
    ],
)
def test_words_and_layout_change_nothing(now: dict[str, Any], text: str) -> None:
    assert current(source=edited("nba_assets.domain.involvement", "RELIABLE_MINUTES = 3.0", text)) == now


def test_a_docstring_changes_nothing_and_an_operator_does(now: dict[str, Any]) -> None:
    module = "nba_assets.domain.ratio"
    text = read_source(module)
    assert text.startswith('"""')
    assert current(source=edited(module, text, '"""Other words."""\n' + text.split('"""', 2)[2])) == now
    after = current(source=edited(module, " / ", " * "))
    assert "team_defense" in changed(now, after), "through ratio_absence"
    assert "upcoming_player_context" not in changed(now, after)


def test_the_body_of_an_asset_counts_and_how_it_is_shown_does_not(now: dict[str, Any]) -> None:
    module = asset_modules()["team_defense"]
    assert current(source=edited(module, 'group="analytics"', 'group="other"')) == now
    after = current(source=edited(module, "return domain.team_defense(", "return 2 * domain.team_defense("))
    assert changed(now, after) == {"team_defense"}


def test_the_meaning_of_a_contract_counts_and_its_words_do_not(now: dict[str, Any]) -> None:
    contract = TABLES["team_defense"]
    column = contract.columns[-2]

    def contracts(**changes: Any) -> dict[str, Contract]:
        return {**TABLES, "team_defense": replace(contract, **changes)}

    def columns(**changes: Any) -> dict[str, Contract]:
        return contracts(columns=(*contract.columns[:-2], replace(column, **changes), contract.columns[-1]))

    assert current(contracts(description="Other words.", grain="?", missing="?")) == now
    assert current(columns(description="Other words.", unit="other", sources=())) == now
    for other in (
        columns(name="renamed"), columns(type="string"), columns(nulls=()), columns(high=1.0), columns(allowed=("x",)),
        columns(window_games=3), contracts(key=contract.key[:1]), contracts(reads=()), contracts(dataset="nba_raw"),
    ):  # fmt: skip
        after = current(other)
        assert changed(now, after) == {"team_defense"}
        assert changed_parts(now["team_defense"], after["team_defense"]) == ["contract"]


class TestRecording:
    """The file follows the code only as far as versions allow."""

    OLD: ClassVar = {"team": {"version": 2, "fingerprint": "a", "parts": {"contract": "1", "domain.x": "1"}}}

    def new(self, version: int, part: str = "2") -> dict[str, Any]:
        return {"team": {"version": version, "fingerprint": part, "parts": {"contract": "1", "domain.x": part}}}

    def test_changed_code_under_the_same_version_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"team: domain\.x changed under code_version 2"):
            updated(self.OLD, self.new(2))

    def test_a_reason_for_the_same_results_is_kept_until_the_next_version(self) -> None:
        records = updated(self.OLD, self.new(2), "renamed a variable")
        assert records["team"]["same_results"] == "renamed a variable"
        assert problems(records, self.new(2)) == []
        assert updated(records, self.new(2)) == records
        assert "same_results" not in updated(records, self.new(3))["team"]

    def test_a_raised_version_is_recorded_and_until_then_the_file_is_out_of_date(self) -> None:
        assert problems(self.OLD, self.new(3)) == [
            "team: code_version is 3 now, code_versions.json has 2: run `python -m nba_assets_tests.code_versions`"
        ]
        assert problems(updated(self.OLD, self.new(3)), self.new(3)) == []

    @pytest.mark.parametrize("reason", ["", "it is all the same"])
    def test_a_lowered_version_is_refused_whatever_the_reason(self, reason: str) -> None:
        assert "is lower than 2" in problems(self.OLD, self.new(1))[0]
        with pytest.raises(ValueError, match="is lower than 2"):
            updated(self.OLD, self.new(1), reason)

    def test_tables_come_and_go(self) -> None:
        assert "is not in" in problems({}, self.OLD)[0]
        assert "is no table any more" in problems(self.OLD, {})[0]
        assert updated({}, self.OLD) == self.OLD
        assert updated(self.OLD, {}) == {}

    def test_the_command_writes_nothing_when_it_refuses(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "code_versions.json"
        monkeypatch.setattr(code_versions, "FILE", file)
        monkeypatch.setattr(code_versions, "current", lambda: self.OLD)
        assert code_versions.main([]) == 0
        before = file.read_text()
        assert json.loads(before) == self.OLD
        monkeypatch.setattr(code_versions, "current", lambda: self.new(2))
        assert code_versions.main([]) == 1
        assert "raise code_version" in capsys.readouterr().err
        assert file.read_text() == before
        assert code_versions.main(["--same-results", "renamed a variable"]) == 0
        assert json.loads(file.read_text())["team"]["same_results"] == "renamed a variable"

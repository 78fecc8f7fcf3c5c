"""Which version is champion and which may serve: the file `champion.json`, every decision with who, why and when.

Metadata of a version never change; what was decided about it after its training is kept here.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from nba_assets.atomic_files import exclusive, write_atomic
from nba_assets.errors import RequestError

POINTER = "champion.json"
TRAINING = "training"
"""Who decides when nobody does: the rules of promotion, right after a training."""


class DecisionError(RequestError):
    """A decision that cannot be taken, or a decisions file that cannot be read; the message says what to do."""

    code = "NBA-502"


class Status(StrEnum):
    """Only an accepted version serves predictions. Too good to be true waits for a person's decision."""

    ACCEPTED = "accepted"
    AWAITING_DECISION = "awaiting_decision"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class Decision:
    """One decision: the version, what it became, and which version was champion from then on."""

    version: int
    status: Status
    champion: int | None
    who: str
    why: str
    at: str


@dataclass(frozen=True)
class Decisions:
    """All decisions, oldest first."""

    history: tuple[Decision, ...] = ()

    @property
    def champion(self) -> int | None:
        """The version that a challenger must beat; None before the first."""
        return self.history[-1].champion if self.history else None

    def status(self, version: int, metadata: Mapping[str, Any]) -> Status:
        """What the version is now: the last decision about it, else what its training found."""
        for decision in reversed(self.history):
            if decision.version == version:
                return decision.status
        return Status(metadata["status"]) if "status" in metadata else initial_status(bool(metadata["accepted"]))

    def knows(self, version: int) -> bool:
        return any(decision.version == version for decision in self.history)

    def former_champion(self) -> int | None:
        """The latest champion before the present one that is still accepted."""
        last = {decision.version: decision.status for decision in self.history}
        earlier = (decision.champion for decision in reversed(self.history))
        return next((v for v in earlier if v not in (None, self.champion) and last.get(v) is Status.ACCEPTED), None)


def initial_status(is_accepted: bool) -> Status:
    """Status of a version whose metadata only say whether it was accepted."""
    return Status.ACCEPTED if is_accepted else Status.REJECTED


def read_decisions(models_dir: Path) -> Decisions:
    """What was decided so far. DecisionError when the file is there but cannot be read."""
    path = models_dir / POINTER
    try:
        found = json.loads(path.read_text())
        return Decisions(tuple(Decision(**{**row, "status": Status(row["status"])}) for row in found["history"]))
    except FileNotFoundError:
        return Decisions()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DecisionError(f"{path} is unreadable ({error}); restore it from a copy") from error


def settle(
    models_dir: Path, version: int, status: Status, *, beats: int | None, is_champion: bool, why: str, at: dt.datetime
) -> Decisions:
    """Record what the rules of promotion say of a new version; a version that was decided before is left alone.

    It takes over as champion only from the version that it was compared with, `beats`.
    """
    with exclusive(models_dir):
        decided = read_decisions(models_dir)
        if decided.knows(version):
            return decided
        champion = version if is_champion and decided.champion == beats else decided.champion
        return _append(models_dir, decided, Decision(version, status, champion, TRAINING, why, at.isoformat()))


def promote(models_dir: Path, version: int, *, who: str, why: str, at: dt.datetime) -> Decisions:
    """Make a stored version the champion, whatever the rules said. DecisionError without who and why."""
    return _decide(models_dir, version, Status.ACCEPTED, who, why, at)


def reject(models_dir: Path, version: int, *, who: str, why: str, at: dt.datetime) -> Decisions:
    """A version never serves again. DecisionError for the champion: roll it back, so that another takes over."""
    return _decide(models_dir, version, Status.REJECTED, who, why, at)


def roll_back(models_dir: Path, *, who: str, why: str, at: dt.datetime) -> Decisions:
    """The champion never serves again, the one before it is champion. DecisionError when there is no other."""
    with exclusive(models_dir):
        decided = read_decisions(models_dir)
        former = decided.former_champion()
        if decided.champion is None or former is None:
            raise DecisionError(
                f"there is no champion to go back to before {decided.champion}; promote another version first"
            )
        _signed(who, why)
        decision = Decision(decided.champion, Status.ROLLED_BACK, former, who, why, at.isoformat())
        return _append(models_dir, decided, decision)


def _decide(models_dir: Path, version: int, status: Status, who: str, why: str, at: dt.datetime) -> Decisions:
    _signed(who, why)
    with exclusive(models_dir):
        decided = read_decisions(models_dir)
        if status is Status.REJECTED and version == decided.champion:
            raise DecisionError(f"version {version} is the champion; use rollback, or promote another version first")
        champion = version if status is Status.ACCEPTED else decided.champion
        return _append(models_dir, decided, Decision(version, status, champion, who, why, at.isoformat()))


def _signed(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise DecisionError("a decision needs who takes it and why")


def _append(models_dir: Path, decided: Decisions, decision: Decision) -> Decisions:
    after = Decisions((*decided.history, decision))
    content = {"champion": after.champion, "history": [asdict(one) for one in after.history]}
    write_atomic(models_dir / POINTER, (json.dumps(content, indent=2) + "\n").encode())
    return after

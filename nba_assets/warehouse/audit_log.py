"""The part of the port that is about people: waivers, and the journal of who did what and why."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from nba_assets.partitions import Span
from nba_assets.readiness.failures import Waiver


class Register(Protocol):
    """What was let pass and what was done by hand; nothing here is ever deleted."""

    def add_waiver(self, span: Span, rule: str, *, who: str, why: str, until: dt.datetime, game_id: str = "") -> Waiver:
        """Let failures of a rule ("*": of every rule) of the span's table pass on its dates, until a moment.

        With a `game_id` those of this game alone: it is accepted as it was delivered.
        For training: table `xgboost_points_model`, rule `training_window_ready`. RequestError when table, who, why or a
        future `until` with a time zone is missing.
        """
        ...

    def waivers(self) -> pd.DataFrame:
        """Every waiver ever given, oldest first.

        Columns: waiver_id, table_name, rule, first_date, last_date, who, why, until, game_id, created_at, revoked_at,
        revoked_by, revoked_why, and state: "in force", "expired" or "revoked".
        """
        ...

    def revoke_waiver(self, waiver_id: str, who: str, why: str) -> None:
        """End a waiver now; what was published under it keeps its taint.

        RequestError when there is no such waiver or it was revoked before.
        """
        ...

    def record(
        self,
        operation: str,
        who: str,
        why: str,
        spans: Sequence[Span] = (),
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Append to the journal: one row per span (one without a span when there are none), `detail` as JSON.

        For what happens outside the warehouse (cancel, freeze, unfreeze) and for what people say of games;
        `invalidate`, `restore`, `add_waiver` ("waive", of a game "accept"), `revoke_waiver` ("revoke") and an
        overriding `publish` ("override") write their own.
        """
        ...

    def journal(self) -> pd.DataFrame:
        """Who did what and why, oldest first: at, operation, who, why, table_name, first_date, last_date, detail."""
        ...

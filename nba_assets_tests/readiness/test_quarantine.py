"""What fails in a game costs that game: it is left out, listed, and the rest of its date judged without it."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.raw import GAME_SCHEDULE, PLAYER_BOX_SCORES, TEAM_BOX_SCORES
from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import Verdict, audit
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.mass_damage import gap_shares, is_mass
from nba_assets.readiness.nulled_cells import with_nulls
from nba_assets.readiness.quarantine import Quarantined, from_text, of_games, team_games, to_text, without_games
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.port import Problem
from nba_assets_tests.readiness.raw_rows import FIRST, GAME, NOW, SECOND, raw_frames
from nba_assets_tests.readiness.staged_rows import staged


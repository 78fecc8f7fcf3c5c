"""What both adapters keep beside the tables: the ledger, waivers, journal, fences, and the old names."""

VERSION = 3
"""Version of the warehouse schema; a file of a version that is not known here is refused, not guessed at."""

MIGRATED = (1, 2)
"""Versions that become this one in place: by adding absent tables and columns, and by `RENAMED_STATUS`."""

RENAMED_STATUS = ("held", "blocked")
"""Status of a date that was not computed: as versions 1 and 2 wrote it, and as it is now."""

LEDGER_COLUMNS = {
    "table_name": "VARCHAR",
    "game_date": "DATE",
    "status": "VARCHAR",
    "reasons": "VARCHAR",
    "build_id": "BIGINT",
    "content_hash": "VARCHAR",
    "content_build": "BIGINT",
    "inputs_build": "BIGINT",
    "code_version": "BIGINT",
    "token": "BIGINT",
    "rows": "BIGINT",
    "expected_rows": "BIGINT",
    "completeness": "DOUBLE",
    "is_bootstrap": "BOOLEAN",
    "waivers": "VARCHAR",
    "source_version": "VARCHAR",
    "run_id": "VARCHAR",
    "attempt_build": "BIGINT",
    "gap_build": "BIGINT",
    "written_at": "TIMESTAMPTZ",
    "override": "VARCHAR",
    "seconds": "DOUBLE",
    "notes": "VARCHAR",
    "quarantined": "VARCHAR",
}
"""One row per (table, date): what is published, and the status of the newest attempt.

`build_id`, `content_*`, `inputs_build`, `code_version`, `rows`, `quarantined` … describe the published content and
are null where nothing is published; `status`, `reasons`, `notes`, `attempt_build`, `run_id`, `written_at` describe
the newest attempt. A failed attempt therefore closes the gate on what is published, without touching it. `override`
is the reason why older code was let replace the content of newer code, empty where it did not; `seconds` the wall
time of the attempt's whole build, the same for all its dates, null where nothing was built. `notes` say what the
source left out of the date by rule. `quarantined` are the games that are not published of the date (JSON of
`readiness.quarantine`, empty without any). `gap_build` is the first failed attempt since the content was published
(null while ready): what was built before it has read that content.
"""

WAIVER_COLUMNS = {
    "waiver_id": "VARCHAR",
    "table_name": "VARCHAR",
    "rule": "VARCHAR",
    "first_date": "DATE",
    "last_date": "DATE",
    "who": "VARCHAR",
    "why": "VARCHAR",
    "until": "TIMESTAMPTZ",
    "game_id": "VARCHAR",
    "created_at": "TIMESTAMPTZ",
    "revoked_at": "TIMESTAMPTZ",
    "revoked_by": "VARCHAR",
    "revoked_why": "VARCHAR",
}

JOURNAL_COLUMNS = {
    "at": "TIMESTAMPTZ",
    "operation": "VARCHAR",
    "who": "VARCHAR",
    "why": "VARCHAR",
    "table_name": "VARCHAR",
    "first_date": "DATE",
    "last_date": "DATE",
    "detail": "VARCHAR",
}

FENCE_COLUMNS = {"table_name": "VARCHAR", "first_date": "DATE", "last_date": "DATE", "token": "BIGINT"}

OLD_NAMES = {
    "nba_analytics.team_offense_game_summary": "team_offense",
    "nba_analytics.team_defense_game_summary": "team_defense",
    "nba_analytics.upcoming_player_game_context": "upcoming_player_context",
    "nba_precompute.player_shot_zone_analysis": "player_shot_zones",
    "nba_precompute.team_defense_zone_analysis": "team_defense_zones",
    "nba_predictions.ml_feature_store_v2": "ml_feature_store",
}
"""Views under the old system's names, so that its validation queries run as they are."""

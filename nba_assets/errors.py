"""The errors that a person meets, by a code that stays: what happened, where, what to do.

python -m nba_assets.errors > docs/errors.md
"""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One error. `raised_as` is the class that carries the code; `where` says which commands and runs meet it."""

    code: str
    raised_as: str
    what: str
    where: str
    to_do: str


class RequestError(Exception):
    """What somebody asked for does not exist or contradicts itself; the message says what there is.

    Not a ValueError: one of those, out of pandas or our own code, is a defect and is shown with its traceback.
    """

    code = "NBA-102"


CATALOGUE = (
    Entry(
        "NBA-101", "nba_assets.settings.SettingsError",
        "An environment variable has a value that cannot be used, or the home directory cannot.",
        "At the start of every command, of the UI and of every run.",
        "Correct the variable that the message names; `nba-assets doctor` shows all of them.",
    ),
    Entry(
        "NBA-102", "nba_assets.errors.RequestError",
        "What was asked for does not exist or contradicts itself: a table, a date, a rule, a range.",
        "Commands, forms of the operate jobs, the configuration of a run.",
        "The message lists what there is. Nothing was started or changed.",
    ),
    Entry(
        "NBA-201", "nba_assets.sources.port.SourceError",
        "The source as a whole cannot be used: a file is missing or has another layout, or nobody answers.",
        "Everything that opens the source; a bad game or date never raises it: that is quarantined, or rejected.",
        "The message names file, column and value. Deliver the file again, or wait for the provider, then run "
        "`nba-assets backfill`; it goes on where it stopped.",
    ),
    Entry(
        "NBA-301", "nba_assets.warehouse.port.WarehouseError",
        "The warehouse cannot be opened, read or written, or does not have what was asked for. Nothing was changed.",
        "Every read and publish; `nba-assets restore` of content that is no longer kept.",
        "Close other programs that have the file open, see that there is space and permission (`nba-assets doctor`), "
        "then repeat.",
    ),
    Entry(
        "NBA-302", "nba_assets.warehouse.port.FencedOut",
        "Not written: somebody who started later has these dates, or newer code has built them.",
        "A publish of a run that woke late or runs an older release.",
        "Start again with the current release; the newer rows stay. To overwrite newer code on purpose: "
        "`nba-assets backfill --override \"the reason\"`.",
    ),
    Entry(
        "NBA-303", "nba_assets.readiness.gate.GateClosed",
        "Refused: partitions of the window that was asked for are not ready, current and untainted; of a training, "
        "which goes without rejected and blocked dates and quarantined games: too many games or rows are lost.",
        "Training, `open_warehouse().read(…)`; tables do not raise it, their dates are blocked.",
        "`nba-assets plan` says what to rebuild, `nba-assets backfill` rebuilds it; "
        "`nba-assets waive xgboost_points_model … --rule training_window_ready` goes ahead regardless.",
    ),
    Entry(
        "NBA-304", "nba_assets.contracts.conformed.ContractError",
        "Rows do not have the columns or types that their contract declares. Nothing was written.",
        "A publish, after a change of a table's domain code or contract.",
        "Bring `nba_assets/contracts` and `nba_assets/domain` into agreement; the message names the column.",
    ),
    Entry(
        "NBA-401", "nba_assets.claims.errors.ClaimsError",
        "A claim cannot be used as asked, as when a freeze is to be cancelled.",
        "`nba-assets cancel`, `release`, `follow`.",
        "The message names the command that does it.",
    ),
    Entry(
        "NBA-402", "nba_assets.claims.errors.ClaimsUnavailable",
        "The database of the claims cannot be reached, opened or written; without it nobody writes.",
        "Every launch, and every publish of a run.",
        "See NBA_CLAIMS_URL and the database behind it (`nba-assets doctor`), then launch again.",
    ),
    Entry(
        "NBA-403", "nba_assets.claims.errors.ClaimNotFound",
        "No claim, or more than one, goes by this id, owner or run.",
        "`nba-assets cancel`, `release`, `follow`.",
        "`nba-assets claims --all` lists them.",
    ),
    Entry(
        "NBA-404", "nba_assets.claims.errors.ClaimConflict",
        "Somebody else has reserved some of these dates. Nothing was started.",
        "Every launch: command, UI, backfill, automation.",
        "Wait for the owner that the message names (`--wait`), choose other dates, or stop it: `nba-assets cancel`.",
    ),
    Entry(
        "NBA-405", "nba_assets.claims.errors.ClaimLost",
        "The run's reservation is over: it was silent for too long, or somebody ended it. It writes nothing more.",
        "The next publish of that run.",
        "Launch again what is still to be done: `nba-assets backfill` leaves alone what is published.",
    ),
    Entry(
        "NBA-406", "nba_assets.claims.errors.ClaimCancelled",
        "Somebody asked this run to stop; who and why is in the message.",
        "The next check of that run.",
        "Nothing is broken. Launch again when the reason is gone.",
    ),
    Entry(
        "NBA-501", "nba_assets.modelling.registry.artefacts.ArtefactError",
        "A model file is missing, unreadable or not what its metadata say.",
        "Training, predictions, the models of `nba-assets status`.",
        "Remove the version that the message names and train again, or restore the file from a backup.",
    ),
    Entry(
        "NBA-502", "nba_assets.modelling.registry.decisions.DecisionError",
        "A decision on a model version that cannot be taken: no such version, no reason, no other champion.",
        "`nba-assets promote`, `reject`, `rollback`, and whatever reads `champion.json`.",
        "The message says what is missing; `nba-assets models` lists the versions.",
    ),
    Entry(
        "NBA-503", "nba_assets.modelling.leak_gate.LeakFound",
        "Training is refused: features know what happened on their own date. No waiver passes this.",
        "Every training; the check `no_target_leakage` lists features, dates and rows.",
        "Correct the window in `nba_assets/domain`, raise the table's code version, rebuild it, train again.",
    ),
    Entry(
        "NBA-601", "nba_assets.storage.port.StorageError",
        "The store of models, cards or reports cannot be reached, or refuses. Nothing was half-written.",
        "Whatever reads or writes models, and the data quality page, where NBA_MODELS or NBA_REPORTS names a bucket.",
        "See NBA_MODELS and NBA_REPORTS, the bucket and the credentials (`nba-assets doctor`), then repeat.",
    ),
    Entry(
        "NBA-602", "nba_assets.storage.port.Overtaken",
        "Not written: somebody else has changed the object since it was read.",
        "A training or a decision beside another one.",
        "Repeat the command; it reads what is published first. Of two trainings with one number the first stays.",
    ),
)  # fmt: skip


def coded(error: object) -> str:
    """The message with its code in front: '[NBA-404] the asked dates are taken …'; what has no code as it is."""
    code = code_of(error)
    return f"[{code}] {error}" if code else str(error)


def code_of(error: object) -> str:
    """Its code, '' for what has none."""
    return str(getattr(error, "code", ""))


def reference() -> str:
    """The catalogue as Markdown."""
    head = (
        "# Errors\n\nGenerated from `nba_assets/errors.py`; do not edit. A code stays with its error; the message "
        "after it names file, table, date, column and value.\n"
    )
    return head + "".join(
        f"\n## {entry.code} {entry.raised_as.rpartition('.')[2]}\n\n{entry.what}\n\n"
        f"- Where: {entry.where}\n- What to do: {entry.to_do}\n"
        for entry in CATALOGUE
    )


if __name__ == "__main__":
    sys.stdout.write(reference())

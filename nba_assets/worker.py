"""The process that works a backfill off: `python -m nba_assets.worker CLAIM`.

Anyone who has reserved the claim starts it (`operations.backfills.detached`); its output is the log of the launch.
"""

import sys

from nba_assets.claims.errors import ClaimsError
from nba_assets.definitions import main_job
from nba_assets.errors import coded
from nba_assets.operations.backfills.defaults import REFUSED
from nba_assets.operations.backfills.supervise import supervise
from nba_assets.platform import open_platform
from nba_assets.settings import SettingsError
from nba_assets.sources.port import SourceError
from nba_assets.warehouse.port import WarehouseError


def work(claim_id: int) -> int:
    """Work off what the claim has reserved; the exit code of the backfill."""
    try:
        platform = open_platform()
        result = supervise(platform.settings, platform.claims, platform.warehouse, claim_id, main_job)
    except (ClaimsError, SettingsError, SourceError, WarehouseError) as error:
        sys.stderr.write(f"{coded(error)}\n")
        return REFUSED
    return result.exit_code


if __name__ == "__main__":
    sys.exit(work(int(sys.argv[1])))

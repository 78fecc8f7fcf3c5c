"""How much of what can be known before a game the model knows, in the simulated league, which has an oracle.

    NBA_HOME=... NBA_SOURCE=simulated python -m nba_assets_tests.benchmarks.oracle

Reads `prediction_accuracy` of a home of the simulated league and asks the league for each player's true expectation.
"""

import duckdb
from rich.console import Console

from nba_assets.settings import from_environment
from nba_assets.sources.registry import open_source
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.modelling.skill_score import skill


def main() -> None:
    settings = from_environment()
    league = open_source(settings)
    assert isinstance(league, SimulatedLeague), "only the simulated league has an oracle: NBA_SOURCE=simulated"
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rows = connection.execute("FROM nba_predictions.prediction_accuracy WHERE prediction_source = 'model'").df()
    found = skill(rows, league.expected_points(league.first_date, league.horizon))
    Console().print(
        f"{found.rows} predicted rows, squared errors: half-life-6 average {found.baseline:.2f}, model "
        f"{found.model:.2f}, oracle {found.oracle:.2f} points²; the model knows {found.share:.1%} of what the average "
        f"does not and can be known [{found.low:.1%}, {found.high:.1%}]"
    )


if __name__ == "__main__":
    main()

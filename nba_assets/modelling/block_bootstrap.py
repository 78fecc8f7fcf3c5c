"""How sure a ratio of two totals is when whole dates are drawn again: the games of one night are not independent."""

import numpy as np
import pandas as pd

RESAMPLES = 2000
_SEED = 20_211_019


def ratio_interval(dates: pd.Series, numerator: pd.Series, denominator: pd.Series) -> tuple[float, float]:
    """95 % interval of sum(numerator) / sum(denominator), dates drawn with replacement; the same for the same rows.

    Percentile bootstrap over blocks (Davison and Hinkley 1997, section 5.3.1). NaN at both ends without a row.
    """
    blocks = pd.DataFrame({"up": numerator.astype("float64"), "down": denominator.astype("float64")})
    totals = blocks.groupby(dates.to_numpy(), sort=True).sum().to_numpy()
    count = len(totals)
    if not count:
        return np.nan, np.nan
    draws = np.random.default_rng(_SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    up, down = (draws @ totals).T
    low, high = np.quantile(up / down, [0.025, 0.975])
    return float(low), float(high)

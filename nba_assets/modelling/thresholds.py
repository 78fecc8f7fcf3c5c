"""Every threshold between a trained model and its use, beside its reason. Going past one takes a recorded decision."""

ALARM_ROWS = 10_000
"""Test rows from which a result can be too good: honest months of 800 to 3,200 rows fall to a ratio of 0.924."""

ALARM_RATIO = 0.95
"""MAE over that of the half-life-6 average from the raw box, below which features must know the outcome: honest is
0.965, a season average that includes the game gives 0.941, last 10 games 0.855, last 5 games 0.794."""

ALARM_RATIO_WITH_NEWS = 0.92
"""The same where verified news before tip-off (lines, reports of absences) are features: at most 2.4 % are in them."""

ALARM_MAE = 4.30
"""Points below which MAE over all rows is not honest either: the best real month of over 3,000 rows has 4.289."""

COMPARABLE_ROWS = 1_000
"""Rows that neither champion nor challenger has seen, under which they are not compared: the interval of a difference
is wider than any difference between two versions."""

LEAST_SEGMENT_DATES = 10
"""Dates of a segment under which nothing is significant: an interval over fewer blocks is no interval."""

TARGET_MAES = (4.27, 4.1, 4.0)
TARGET_SPREAD = 0.10
TARGET_ROWS = 50_000
TARGET_USAGE = 0.95
TARGET_AVERAGE_USAGE = 0.90
"""What was asked of the model: test MAE below, MAEs of the three parts within, rows at least, share of played rows with
a usage rate, of feature rows with the average of the last 7 games. The model card says which are met. Those of usage
and, on the archive, of rows refuse a training before it begins (`readiness.thresholds`)."""

"""Every threshold of readiness, beside its reason. Going below one takes a waiver, not an edit."""

MIN_PLAYERS_PER_TEAM_GAME = 5
"""Players with minutes a team-game must have. Eight is wrong: real team-games since 2022 had fewer."""

TEAM_MINUTES_TOLERANCE = 0.5
"""Minutes by which a team's may differ from 240 + 25 per overtime: not one of 25,692 official team-games does. A source
that sums rounded minutes (LeagueGameLog) says in its parser how far these may be off, and gives the game's."""

PLAYER_MINUTES_TOLERANCE = 0.75
"""Player minutes of a team summed against its official minutes: half a tenth of a minute for each of fifteen lines. The
most that any of 10,566 real team-games with tenths is off is 0.5; minutes to the second sum exactly."""

PLAYER_MINUTES_TOLERANCE_WHOLE = 5.0
"""The same where every line has whole minutes: of 14,782 real team-games the most is 4.0."""

PLAYER_MINUTES_BEYOND_GAME = 0.05
"""Minutes by which a player's rounded minutes may exceed those of the game, 48 and 5 per overtime. In 269,203 real
lines none does."""

TEAM_SUM_TOLERANCE = {"fg3m": 1, "fg3a": 2, "ftm": 1, "pf": 1}
"""By how much, outside the regular season, a team's count may differ from the sum over its players; every other count,
and all of them in the regular season, not at all. In 23,958 real team-games of ten regular seasons not one differs. In
those of playoffs, play-ins and Cup finals fg3a does 27 times (once by two), fg3m and ftm 6 times each, pf once: one of
the two was corrected later. (Of 34 team-games of the playoffs of 2018-19 the players' lines have no field goals at all;
those are wrong.)"""

TEAM_TURNOVERS = 8
"""By how much a team's turnovers may exceed its players' sum: those charged to the team alone, at most 7 in 25,348 real
team-games. They are never fewer."""

PLUS_MINUS_TOLERANCE = 70
"""By how much the sum of the players' plus_minus may miss five times the margin. 213 of 25,348 real team-games do, by
up to 70: the league's own record has substitutions at a wrong time."""

PLUS_MINUS_OFF_SHARE, PLUS_MINUS_OFF_TEAM_GAMES = 0.6, 4
"""Share of a date's team-games, and how many at least, that must be off before all of them are refused: the column has
lost its meaning. The worst real dates are 6 of 10 and 2 of 2."""

USAGE_POPULATED_SHARE = 0.95
"""Rows with minutes that must have a usage rate. The old system's bar; the incident that it missed had 47 %."""

USAGE_SUM_TOLERANCE = 0.01
"""Percentage points by which a team's minutes-weighted usage may miss its identity: stored values are rounded."""

MASS_GAMES, MASS_GAMES_SHARE = 2, 0.3
"""More failing games of a date than these, and more than this share of its games, are a fault of the pipeline, not of a
game or two: the date is rejected as a whole. Of ten real seasons only the playoffs of 2018-19 have such dates, where
the source lost the field goals of whole slates; the incident that this platform was built for had half of the games."""

GAP_SHARE = 0.25
"""Share of the last ten games of a date's teams that may be gaps before the date is blocked. A lost game is one of two
hundred, a lost slate at most a tenth, two lost slates a fifth: rows that hold them are null by themselves. Three slates
in ten games are no accident of a source; and the share falls with every game that is played."""

RECENT_TEAM_GAMES = 10
"""Games of each team that `GAP_SHARE` looks back on."""

SHARE_SUM_TOLERANCE = 0.00001
"""How far three stored shares may miss their sum of 1: each is rounded to 6 decimals."""

AVG_USAGE_POPULATED_SHARE = 0.90
"""Rows after bootstrap, without a gap in their window, whose `avg_usage_rate_last_7_games` must be there: the old
system's bar. One lost game of ten empties a tenth of the rows, and each says why; masses of them are `GAP_SHARE`'s."""

TRAINING_LOST_SHARE = 0.05
"""Share of the games of a training window that may be lost: quarantined, or due on rejected or blocked dates. Half of
all games lost at random cost a model 0.3 % of its MAE; a twentieth costs nothing that can be measured, but more is no
accident of single games, and somebody has to look."""

TRAINING_LOST_SEASON_SHARE, TRAINING_LOST_SEASON_GAMES = 0.10, 15
"""The same of any one season: its playoffs are 7 % of it, and a source may lose them; a tenth is a phase of the season
that the model would not know. Up to a slate (15 games) may be lost of any: in the first weeks that is more than a
tenth."""

TRAINING_LOST_TEAM_SHARE, TRAINING_LOST_TEAM_GAMES = 0.10, 4
"""The same of any one team: who loses one game in ten of a team and few of the others has a fault that follows it, as a
name or an id would. Up to four games may be lost of any: in a window of a few weeks that is more than a tenth."""

TRAINING_GAPPED_SHARE = 0.10
"""Share of the rows of played games that may be left out of a training for a gap in their windows. A lost game leaves
one in the next twenty games of both its teams, for them and for those whom they meet, and for months in those of who
seldom plays: of a simulated season one game costs 5 % of the rows, three cost 14 %, a slate 39 %. So a tenth is two
games of one season, or ten of five."""

TRAINING_ROWS = {"archive": 50_000}
"""Rows that a training must have at least, by source: what was asked for of the archive, two seasons of which have that
many. Other sources need what a booster needs."""

EXPECTED_PLAYERS_PER_TEAM = 8
"""Expected players a scheduled team must have after bootstrap: a team dresses at least eight."""

OVERDUE_HOURS = 12
"""Hours after tip-off at which a game that is neither final nor postponed is overdue."""

TIPOFF_UNKNOWN_HOUR_UTC = 28
"""Hour after the game date's midnight UTC taken as tip-off where the source gives none (11 p.m. Eastern)."""

DELIVERY_SHRINKS_SHARE = 0.10
"""Share of the published rows of a date's games that a later delivery may lack; no game may be gone. A corrected box
score or a line that was withdrawn is a row or two, a report or a file that is gone is a third and more."""

DELIVERY_SHRINKS_ROWS = 5
"""Rows that it may lack anyway: a date of one game has few."""

SMALLEST_AMERICAN_ODDS = 100
"""American odds are at least 100 or at most -100; anything between is decimal odds or broken."""

REPORT_DAYS_AHEAD = 3
"""Days before a game from which its injury reports may come: the league publishes the next day's games."""

UNRESOLVED_LINE_NAMES_SHARE = 0.10
"""Names of points lines that may be nobody's on a date: a name or two of a slate, not a changed spelling."""

UNRESOLVED_INJURY_NAMES_SHARE = 0.50
"""Names of injury reports that may be nobody's on a date: who is out for the season may never have played for his
team, and one game alone may list few others."""

SHOT_COUNT_TOLERANCE = 1
"""Attempts, and three-point attempts, by which a player's shots may differ from his box line; makes may not at all.

Box scores are corrected after the fact, play-by-play is not. Of 111,746 player-games from 2021-22 to 2024-25 that have
shot detail 3 differ in attempts and 2 in threes, of 1,842 in BigDataBall's 82 games of 2017-18 14 and 3: each by one,
and not one in makes."""

SHOT_PLAYERS_OFF_PER_GAME = 2
"""Players of a game who may differ by that one: an attempt moved to a teammate concerns two. Two of BigDataBall's 82
games have two, of the 5,257 with shot detail none has more than one."""

ASSISTED_MAKES_OFF_SHARE = 0.25
"""Share of a team's makes by which its assisted ones may differ from its assists. 79 of 10,514 real team-games differ,
by up to 8 of 40 makes, most of them in 2024-25; a column that lost its meaning is off by half of the makes and more."""

EVENTS_BACK_IN_TIME_SHARE = 0.15
"""Shots of a game that may come before an earlier one: events entered late. The most in a real game are 6 %."""

MONITORING_DAYS = (30, 90)
"""Days of prediction_accuracy that are watched: the fewer find trouble soon and only warn, the more are sure of it."""

MONITORING_ROWS = 1_000
"""Predicted rows under which nothing is said: the standard error of an 80 % coverage is 1.3 points there, and single
dates differ by more."""

MONITORED_RATIO = 0.99
"""MAE of the model over that of the half-life-6 average on the same rows. The worst 30 days of the versions of 2024-25
are 0.983; features that are filled by a default at serving cost 1.5 to 3.7 %."""

MONITORED_COVERAGE = (0.76, 0.84)
"""Share of outcomes within the 80 % interval: what each segment has to reach when a version is made. Any 30 days of
2024-25 with rows enough have 77 to 82 %."""

MONITORED_BIAS = 0.5
"""Points by which points_mean may be off on average. Of 30 days of 2024-25 with rows enough the worst, in the playoffs,
are off by 0.46, all others by less than 0.2."""

REFERENCE_DAYS = 365
"""Days before the last 30 that features are compared with: they have every phase of a season."""

UNSTEADY_FEATURES = ("season_games", "career_games", "minutes_std_last_10", "pts_std_last_10")
"""Features of a player that move by themselves: with the season, and in the playoffs, when rotations are tightened."""

DRIFTED_MEAN = 0.3
"""Standard deviations by which the mean of a feature of players' form may move. The most in any 30 days from December
2022 to June 2025 is 0.21; usage filled by a default in half of the rows moves by 0.5. Features of teams are not
judged so: sixteen teams of the playoffs differ from thirty by more than one."""

DRIFTED_NULLS = 0.10
"""Share of rows by which a feature's nulls may change; at the start of seasons they did by 0.04."""

"""The old system's validation queries, word for word; the warehouse has to answer them under their own names."""

QUERIES = """
-- The old system's validation queries (BigQuery). They must run verbatim against the BigQuery warehouse
-- (project name aside, which is a setting) and, transpiled by a library, against DuckDB.

-- 1. usage_rate populated (expected >= 95 %)
SELECT COUNT(*) as total_records, COUNTIF(usage_rate IS NOT NULL) as with_usage_rate,
  ROUND(100.0 * COUNTIF(usage_rate IS NOT NULL) / COUNT(*), 1) as pct_populated
FROM `nba-props-platform.nba_analytics.player_game_summary`
WHERE game_date >= '2021-10-01' AND minutes_played > 0;

-- 2. the same by season
SELECT CASE WHEN game_date >= '2024-10-01' THEN '2024-25' WHEN game_date >= '2023-10-01' THEN '2023-24'
            WHEN game_date >= '2022-10-01' THEN '2022-23' ELSE 'Older' END as season,
  COUNT(*) as records, COUNTIF(usage_rate IS NOT NULL) as populated,
  ROUND(100.0 * COUNTIF(usage_rate IS NOT NULL) / COUNT(*), 1) as pct
FROM `nba-props-platform.nba_analytics.player_game_summary`
WHERE game_date >= '2021-10-01' AND minutes_played > 0
GROUP BY season ORDER BY season DESC;

-- 3. the same by date in a range
SELECT game_date, COUNT(*) as records, COUNTIF(usage_rate IS NOT NULL) as populated
FROM `nba-props-platform.nba_analytics.player_game_summary`
WHERE game_date BETWEEN '2024-04-01' AND '2024-05-01'
GROUP BY game_date ORDER BY game_date;

-- 4. team offence coverage (the old system expected about 866 dates)
SELECT COUNT(DISTINCT game_date) as dates
FROM `nba-props-platform.nba_analytics.team_offense_game_summary`
WHERE game_date >= '2021-10-01';

-- 5. composite factors coverage (the old system expected 903-905 of 917 game dates, 14 of them bootstrap skips)
SELECT COUNT(DISTINCT game_date) as unique_dates, COUNT(*) as total_records,
  MIN(game_date) as earliest, MAX(game_date) as latest,
  ROUND(COUNT(DISTINCT game_date) * 100.0 / 806, 1) as coverage_pct
FROM `nba-props-platform.nba_precompute.player_composite_factors`
WHERE game_date >= '2021-10-19' AND game_date < '2024-05-01';

-- 6. rolling usage populated (expected > 90 %)
SELECT COUNT(*) as total, COUNTIF(avg_usage_rate_last_7_games IS NOT NULL) as with_avg_usage,
  ROUND(100.0 * COUNTIF(avg_usage_rate_last_7_games IS NOT NULL) / COUNT(*), 1) as pct
FROM `nba-props-platform.nba_precompute.player_composite_factors`
WHERE game_date >= '2021-11-01';
"""

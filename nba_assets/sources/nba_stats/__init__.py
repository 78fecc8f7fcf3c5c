"""The live source: NBA Stats by the nba_api library, asked politely and never twice."""

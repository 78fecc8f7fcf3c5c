"""Groups of the graph. Dagster lists them by name, so a number puts them in the order the data flow."""

FLOW = ("ingest", "analytics", "precompute", "features", "model", "predictions", "quality")


def group_name(folder: str) -> str:
    """Dagster's name of the group whose assets are in a folder of `assets/`: `ingest` is `1_ingest`.

    Raises ValueError for a folder that is no group.
    """
    return f"{FLOW.index(folder) + 1}_{folder}"

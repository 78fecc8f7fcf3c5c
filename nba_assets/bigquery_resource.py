"""Clients of BigQuery by Dagster's own resource, and the small seam that lets them talk to a local server."""

import datetime as dt
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, cast

import grpc
import pandas as pd
from dagster_gcp import BigQueryResource
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport

from nba_assets.settings import BigQuerySettings
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs, Limits
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse


class LocalServerClient(bigquery.Client):
    """A client of a local server; without this its storage reads would go to Google all the same."""

    def __init__(self, storage_address: str, **settings: Any) -> None:
        super().__init__(credentials=AnonymousCredentials(), **settings)
        self._storage_address = storage_address

    def _ensure_bqstorage_client(self, bqstorage_client: Any = None, *_: Any, **__: Any) -> Any:
        if bqstorage_client is not None or not self._storage_address:
            return bqstorage_client
        channel = grpc.insecure_channel(self._storage_address, options=[("grpc.max_receive_message_length", -1)])
        return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))


class PlatformBigQuery(BigQueryResource):
    """Dagster's BigQuery resource, whose clients go to the server at `emulator` where that is set."""

    emulator: str = ""
    storage_emulator: str = ""

    @contextmanager
    def get_client(self) -> Iterator[bigquery.Client]:
        if not self.emulator:
            with super().get_client() as client:
                yield client
            return
        yield LocalServerClient(
            self.storage_emulator,
            project=self.project,
            location=self.location,
            client_options={"api_endpoint": self.emulator},
        )

    @classmethod
    def of(cls, settings: BigQuerySettings) -> "PlatformBigQuery":
        return cls(
            project=settings.project,
            location=settings.location,
            emulator=settings.emulator,
            storage_emulator=settings.storage_emulator,
        )


def open_bigquery(
    settings: BigQuerySettings,
    days: pd.DatetimeIndex,
    history_start: dt.date | None,
    keep_replaced_days: int,
    labels: Mapping[str, str],
) -> BigQueryWarehouse:
    """The warehouse in the project of the settings; nothing is connected to before it is first used.

    Every job is labelled with the application, and with `labels` as they are when it begins.
    """
    all_labels = ChainMap({"application": "nba-assets"}, cast("MutableMapping[str, str]", labels))  # only read

    def jobs() -> BigQueryJobs:
        with PlatformBigQuery.of(settings).get_client() as client:
            return BigQueryJobs(client, Limits(settings.maximum_gigabytes * 10**9, all_labels))

    return BigQueryWarehouse(
        jobs,
        Names(settings.project, settings.prefix),
        days,
        history_start,
        location=settings.location,
        keep_replaced_days=keep_replaced_days,
    )

"""The files of a deployment load in Dagster's own validators, and say the same to all ways of deploying."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema
from dagster._core.run_coordinator import QueuedRunCoordinator

from nba_assets.settings import Settings
from nba_assets_tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
OUTSIDE = {"NBA_GCS_BUCKET"}
"""Variables that the files of the deployment use and the package does not read."""


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / name).read_text())


def snake(value: Any) -> Any:
    """Keys as dagster.yaml writes them, of what a chart's values write in camel case."""
    if isinstance(value, Mapping):
        return {re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower(): snake(item) for key, item in value.items()}
    return [snake(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return load("values.yaml")


def is_valid(config: Mapping[str, Any]) -> bool:
    result = validate_config(dagster_instance_config_schema(), dict(config))
    assert result.success, [error.message for error in result.errors or ()]
    return True


def test_the_instance_is_what_dagster_takes() -> None:
    config = load("dagster.yaml")
    assert is_valid(config)
    with pytest.raises(AssertionError, match="run_monitorin"):
        is_valid({**config, "run_monitorin": {"enabled": True}})


def test_the_compute_logs_are_what_their_class_takes() -> None:
    from dagster_gcp.gcs.compute_log_manager import GCSComputeLogManager

    config = load("dagster.yaml")["compute_logs"]
    assert (config["module"], config["class"]) == (GCSComputeLogManager.__module__, GCSComputeLogManager.__name__)
    assert validate_config(GCSComputeLogManager.config_type(), config["config"]).success


def test_an_instance_on_postgres(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load("dagster.yaml")
    del config["compute_logs"]
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("DAGSTER_PG_URL", postgres_url)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert type(instance.event_log_storage).__module__.startswith("dagster_postgres")
        assert instance.get_runs() == []
        assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 10
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds == 7200
        assert instance.run_retries_max_retries == 1


def test_runs_are_jobs_of_kubernetes(values: dict[str, Any]) -> None:
    from dagster_k8s import K8sRunLauncher

    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    given = values["runLauncher"]["config"]["k8sRunLauncher"]
    # What the chart makes of it: the job's specification keeps Kubernetes' own spelling, names represent references.
    config = snake({key: value for key, value in given.items() if key != "runK8sConfig"})
    config |= {key: [reference["name"] for reference in config[key]] for key in ("env_config_maps", "env_secrets")}
    config["run_k8s_config"] = {"job_spec_config": snake(given["runK8sConfig"]["jobSpecConfig"])}
    config |= {
        "service_account_name": values["global"]["serviceAccountName"],
        "dagster_home": "/opt/dagster/dagster_home",
        "instance_config_map": "nba-instance",
        "postgres_password_secret": values["global"]["postgresqlSecretName"],
    }
    result = validate_config(K8sRunLauncher.config_type(), config)
    assert result.success, [error.message for error in result.errors or ()]
    assert config["run_k8s_config"]["job_spec_config"]["backoff_limit"] == 0


def test_the_chart_makes_the_same_instance_as_the_file(values: dict[str, Any]) -> None:
    config, daemon = load("dagster.yaml"), values["dagsterDaemon"]
    runs = config["concurrency"]["runs"]
    assert snake(daemon["runCoordinator"]["config"]["queuedRunCoordinator"]) == runs
    for part in ("run_monitoring", "run_retries", "sensors", "schedules"):
        assert snake(daemon)[part] == config[part]
    assert values["additionalInstanceConfig"]["concurrency"]["pools"] == config["concurrency"]["pools"]
    logs = snake(values["computeLogManager"]["config"]["gcsComputeLogManager"])
    assert {**logs, "bucket": values["computeLogManager"]["config"]["gcsComputeLogManager"]["bucket"]} == (
        config["compute_logs"]["config"]
    )
    made = {key: config[key] for key in ("run_monitoring", "run_retries", "sensors", "schedules")}
    assert is_valid({**made, **values["additionalInstanceConfig"]})


def test_every_place_runs_the_same_code(values: dict[str, Any]) -> None:
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    arguments = deployment["dagsterApiGrpcArgs"]
    assert arguments == ["-m", "nba_assets.definitions"]
    assert ", ".join(f'"{word}"' for word in arguments) in (DEPLOY / "Dockerfile").read_text()
    (server,) = load("workspace.yaml")["load_from"]
    assert server["grpc_server"]["port"] == deployment["port"] == 4000
    assert server["grpc_server"]["host"] in load("compose.yaml")["services"]


def test_every_variable_is_one_that_is_read(tmp_path: Path) -> None:
    read = set(re.findall(r'"(NBA_[A-Z_]+)"', (REPOSITORY / "nba_assets" / "settings.py").read_text()))
    used = {name for path in DEPLOY.iterdir() for name in re.findall(r"\bNBA_[A-Z_]+", path.read_text())}
    assert used - read - OUTSIDE == set()
    assert Settings(home=tmp_path, environment_name="production").is_production


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_no_secret_is_written_down(path: Path) -> None:
    text = path.read_text()
    for line in text.splitlines():
        if re.search(r"(?i)(password|secret|token|webhook)\S*[:=]", line) and not line.lstrip().startswith("#"):
            assert re.search(r"\$\{|env:|Name: |[sS]ecrets?:\s*$|Secret: false|name:", line), line


def test_who_has_no_alert_address_is_not_shown_one(tmp_path: Path) -> None:
    assert "hooks" not in repr(Settings(home=tmp_path, alert_webhook="https://hooks.example/secret"))

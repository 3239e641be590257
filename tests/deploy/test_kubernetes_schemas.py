"""The manifests against the schemas of those who read them: Kubernetes, the Prometheus Operator, prometheus-adapter."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from deploy.manifests import KUBERNETES, VARIANTS, Object, documents, packaged_kustomize, render, rendered
from support.environments import node_with
from support.requires import requires_program

OPERATOR = Path(__file__).parent / "operator"
OLDEST = {"native-sidecar": "1.29", "plain-sidecar": "1.25", "gateway": "1.30"}
"""The Kubernetes that a variant needs; of the plain sidecar, the oldest there is a schema of."""
NEWEST = kubernetes_validate.latest_version()


def refused(objects: tuple[Object, ...], version: str) -> list[str]:
    """What Kubernetes of this version would not take, unknown fields included."""
    found = []
    for one in objects:
        try:
            kubernetes_validate.validate(one, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{one['kind']}: {'.'.join(map(str, error.path))}: {error.message}")
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_takes_every_object(variant: str) -> None:
    assert refused(rendered(variant), OLDEST[variant]) == []
    assert refused(rendered(variant), NEWEST) == []


@pytest.mark.parametrize("variant", ["native-sidecar", "gateway"])
def test_an_older_kubernetes_does_not(variant: str) -> None:
    """So the versions above are what is needed, and an unknown field does not go unnoticed."""
    [complaint] = refused(rendered(variant), OLDEST["plain-sidecar"])
    assert "restartPolicy" in complaint or "sleep" in complaint


# What follows installs packages.


@pytest.mark.slow
@pytest.mark.parametrize("variant", [*VARIANTS, "monitoring"])
def test_an_old_kustomize_makes_the_same_of_it(variant: str) -> None:
    assert render(KUBERNETES / variant, packaged_kustomize()) == list(rendered(variant))


@pytest.fixture(scope="module")
def operator_refuses() -> Callable[[list[Object]], list[str]]:
    """What the operator's types say of some manifests."""
    node, room = requires_program("node"), node_with(OPERATOR / "package.json")

    def complaints(manifests: list[Object]) -> list[str]:
        checked = subprocess.run(
            [node, "check.mjs"], cwd=room, input=json.dumps(manifests), capture_output=True, text=True, timeout=100
        )
        assert checked.returncode == 0, checked.stderr
        said: list[str] = json.loads(checked.stdout)
        return said

    return complaints


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_prometheus_operator_takes_monitor_and_rules(
    operator_refuses: Callable[[list[Object]], list[str]],
) -> None:
    manifests = [*documents(KUBERNETES / "monitoring/podmonitor.yaml")]
    manifests += documents(KUBERNETES / "monitoring/prometheusrule.yaml")
    assert operator_refuses(manifests) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_prometheus_operator_refuses_what_is_misspelt(
    operator_refuses: Callable[[list[Object]], list[str]],
) -> None:
    [good] = documents(KUBERNETES / "monitoring/podmonitor.yaml")
    unknown, malformed = copy.deepcopy(good), copy.deepcopy(good)
    unknown["spec"]["podMetricsEndpoints"][0]["metricsPath"] = "/metrics"
    malformed["spec"]["podMetricsEndpoints"][0]["interval"] = "15 seconds"
    assert "metricsPath" in "".join(operator_refuses([unknown]))
    assert "interval must match pattern" in "".join(operator_refuses([malformed]))


@pytest.mark.slow
def test_what_the_adapter_asks_prometheus_is_promql(tmp_path: Path) -> None:
    [values] = documents(KUBERNETES / "gateway/prometheus-adapter-values.yaml")
    [rule] = values["rules"]["custom"]
    query = rule["metricsQuery"]
    for placeholder, text in {
        "Series": "voicetap_sessions_active",
        "LabelMatchers": 'pod="a"',
        "GroupBy": "pod",
    }.items():
        assert f"<<.{placeholder}>>" in query
        query = query.replace(f"<<.{placeholder}>>", text)
    expressions = [{"record": "asked", "expr": query}, {"record": "found", "expr": rule["seriesQuery"]}]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "adapter", "rules": expressions}]}))
    checked = subprocess.run(
        [requires_program("promtool"), "check", "rules", str(file)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr

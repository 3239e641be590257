"""What the Prometheus Operator and Grafana get: every voicetap, and the same rules and boards as elsewhere."""

import json

import pytest
import yaml

from deploy.manifests import (
    KUBERNETES,
    VARIANTS,
    Object,
    containers,
    documents,
    pod_of,
    ports,
    render,
    rendered,
    selects,
    settings_of,
    the,
    voicetap_of,
)
from support.requires import REPOSITORY
from voicetap.config import parse_address
from voicetap.signals.identifiers import LONGEST
from voicetap.signals.names import METRICS

MOST_BYTES_OF_ANNOTATIONS = 256 * 1024
"""`kubectl apply` writes what it applies into one; a ConfigMap itself may have four times as much."""
LONGEST_POD_NAME = 253
"""RFC 1123, as Kubernetes has it."""


@pytest.fixture(scope="module")
def monitor() -> Object:
    """What the PodMonitor says, which needs no rendering."""
    [found] = documents(KUBERNETES / "monitoring" / "podmonitor.yaml")
    spec: Object = found["spec"]
    return spec


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_monitor_finds_every_voicetap(monitor: Object, variant: str) -> None:
    objects = rendered(variant)
    pod = pod_of(objects)
    container = voicetap_of(pod)
    assert selects(monitor["selector"], pod["metadata"]["labels"])
    [endpoint] = monitor["podMetricsEndpoints"]
    assert endpoint["path"] == "/metrics"
    assert ports(container)[endpoint["port"]] == parse_address(settings_of(container, objects).admin).port
    assert [one for one in containers(pod) if endpoint["port"] in ports(one)] == [container]


def test_the_monitor_leaves_the_clients_of_a_gateway_alone(monitor: Object) -> None:
    [rule] = [
        rule
        for rule in the(rendered("gateway"), "NetworkPolicy")["spec"]["ingress"]
        if "podSelector" in rule["from"][0]
    ]
    assert not selects(monitor["selector"], rule["from"][0]["podSelector"]["matchLabels"])


def test_the_job_is_the_one_that_boards_and_alerts_know(monitor: Object) -> None:
    [endpoint] = monitor["podMetricsEndpoints"]
    assert {"action": "replace", "targetLabel": "job", "replacement": "voicetap"} in endpoint["relabelings"]


def test_no_peer_can_make_a_scrape_that_is_thrown_away(monitor: Object) -> None:
    labels_of_operator = 3
    labels_of_target = ("job", "instance", "namespace", "pod", "container", "endpoint", "le")
    most = max(len(metric.labels) for metric in METRICS) + labels_of_operator + len(labels_of_target)
    assert monitor["labelLimit"] >= most
    assert monitor["labelValueLengthLimit"] >= max(LONGEST, LONGEST_POD_NAME)
    assert monitor["labelNameLengthLimit"] >= max(len(label) for metric in METRICS for label in metric.labels)


def test_the_rules_are_those_that_prometheus_gets_elsewhere() -> None:
    [manifest] = documents(KUBERNETES / "monitoring" / "prometheusrule.yaml")
    files = [REPOSITORY / "dashboards/compiled/rules" / f"voicetap-{name}.yaml" for name in ("recording", "alerts")]
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    assert groups
    assert manifest["spec"]["groups"] == groups


def test_everything_of_monitoring_is_applied_at_once() -> None:
    assert {one["kind"] for one in rendered("monitoring")} == {"PodMonitor", "PrometheusRule"}


def test_there_is_a_config_map_of_each_board_that_grafana_can_find() -> None:
    directory = REPOSITORY / "dashboards" / "compiled"
    boards = {path.name: path.read_text() for path in directory.glob("boards/*.json")}
    made = render(directory)
    assert boards
    assert {name: text for one in made for name, text in one["data"].items()} == boards
    for one in made:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert len(json.dumps(one)) < MOST_BYTES_OF_ANNOTATIONS

"""The manifests hold together: what one object names exists in another, and voicetap can be started as they say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import voicetap
from deploy.manifests import (
    EXIT_SECONDS,
    KUBERNETES,
    NAMESPACE,
    POD_NAME,
    SIDECARS,
    VARIANTS,
    Object,
    containers,
    documents,
    environment,
    pod_of,
    ports,
    pre_stop_seconds,
    rendered,
    selects,
    settings_of,
    the,
    voicetap_of,
)
from support.requires import REPOSITORY
from voicetap.config import Serve, parse_address
from voicetap.signals.metric import Kind
from voicetap.signals.names import SESSIONS_ACTIVE
from voicetap.signals.otel.resource import resource


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def objects(variant: str) -> tuple[Object, ...]:
    return rendered(variant)


@pytest.fixture
def pod(objects: tuple[Object, ...]) -> Object:
    """The template of the variant's pods."""
    return pod_of(objects)


@pytest.fixture
def container(pod: Object) -> Object:
    """voicetap's."""
    return voicetap_of(pod)


@pytest.fixture
def settings(container: Object, objects: tuple[Object, ...]) -> Serve:
    return settings_of(container, objects)


# What voicetap is started with.


def test_every_option_of_the_environment_is_one_that_voicetap_has(
    container: Object, objects: tuple[Object, ...]
) -> None:
    options = {f"VOICETAP_{name.upper()}" for name in Serve.model_fields}
    given = {name for name in environment(container, objects) if name.startswith("VOICETAP_")}
    assert given >= {"VOICETAP_UPSTREAM", "VOICETAP_DRAIN_TIMEOUT"}
    assert given <= options


def test_the_values_are_those_that_voicetap_takes(variant: str, settings: Serve) -> None:
    assert parse_address(settings.listen) == ("0.0.0.0" if variant == "gateway" else "127.0.0.1", 8080)
    assert settings.upstream == "https://api.openai.com"
    assert not settings.drain_refuse, "who is not to be sent new calls is to take those that come all the same"


def test_telemetry_says_which_pod_it_is_from(
    container: Object, objects: tuple[Object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", environment(container, objects)["OTEL_RESOURCE_ATTRIBUTES"])
    said = resource().attributes
    assert said["k8s.pod.name"] == POD_NAME
    assert said["k8s.namespace.name"] == NAMESPACE
    assert said["k8s.container.name"] == container["name"]
    assert said["service.instance.id"] == f"{NAMESPACE}.{POD_NAME}.{container['name']}"
    assert said["service.version"] == voicetap.__version__


def test_the_image_has_the_tag_of_this_version(container: Object) -> None:
    assert container["image"] == f"voicetap:{voicetap.__version__}"


def test_the_image_takes_the_arguments_and_the_user(container: Object) -> None:
    lines = (REPOSITORY / "Dockerfile").read_text().splitlines()
    [entrypoint] = [json.loads(line.split(maxsplit=1)[1]) for line in lines if line.startswith("ENTRYPOINT")]
    [user] = [line.split()[1] for line in lines if line.startswith("USER")]
    assert "command" not in container
    assert entrypoint[-2:] == ["-m", "voicetap"]
    context = container["securityContext"]
    assert user == f"{context['runAsUser']}:{context['runAsGroup']}"


# How it starts, is asked, and ends.


def test_the_probes_ask_the_admin_port_where_the_kubelet_reaches_it(container: Object, settings: Serve) -> None:
    admin = parse_address(settings.admin)
    assert admin.host == "0.0.0.0"
    for kind, path in (("startup", "/startupz"), ("readiness", "/readyz"), ("liveness", "/livez")):
        probe = container[f"{kind}Probe"]
        assert probe["httpGet"]["path"] == path
        assert ports(container)[probe["httpGet"]["port"]] == admin.port
        assert probe["timeoutSeconds"] == 5
    assert container["livenessProbe"]["failureThreshold"] == 6


def test_there_is_time_to_drain_before_the_kubelet_kills(pod: Object, container: Object, settings: Serve) -> None:
    needed = pre_stop_seconds(container) + settings.drain_timeout + EXIT_SECONDS
    assert needed <= pod["spec"]["terminationGracePeriodSeconds"]


def test_a_call_of_full_length_may_go_on(pod: Object, settings: Serve) -> None:
    longest_call = 60 * 60
    assert settings.drain_timeout >= longest_call
    assert pod["spec"]["terminationGracePeriodSeconds"] >= longest_call


def test_who_may_still_be_sent_calls_is_not_told_to_end_before_that_is_over() -> None:
    """A process without calls ends as soon as it is told to."""
    assert [pre_stop_seconds(voicetap_of(pod_of(rendered(name)))) for name in VARIANTS] == [0, 15, 15]


def test_what_hangs_is_not_given_the_time_that_calls_are_given(container: Object) -> None:
    for kind in ("startup", "liveness"):
        assert container[f"{kind}Probe"]["terminationGracePeriodSeconds"] <= 30


def test_a_native_sidecar_starts_before_the_application_and_ends_after_it() -> None:
    spec = pod_of(rendered("native-sidecar"))["spec"]
    assert [(one["name"], one["restartPolicy"]) for one in spec["initContainers"]] == [("voicetap", "Always")]
    assert "voicetap" not in [one["name"] for one in spec["containers"]]


def test_a_plain_sidecar_is_the_same_container_beside_the_application() -> None:
    patches = [next(documents(KUBERNETES / "components" / name / "sidecar.yaml")) for name in SIDECARS]
    native, plain = (voicetap_of(patch["spec"]["template"]) for patch in patches)
    assert "initContainers" not in pod_of(rendered("plain-sidecar"))["spec"]
    assert {**native, "lifecycle": plain["lifecycle"]} == {**plain, "restartPolicy": "Always"}


@pytest.mark.parametrize("name", SIDECARS)
def test_the_application_calls_through_the_sidecar(name: str) -> None:
    objects = rendered(name)
    pod = pod_of(objects)
    [application] = [one for one in containers(pod) if one["name"] != "voicetap"]
    address = settings_of(voicetap_of(pod), objects).listen
    assert environment(application, objects)["OPENAI_BASE_URL"] == f"http://{address}/v1"


# Security: the "restricted" Pod Security Standard, and some more.


def test_no_container_may_do_more_than_it_needs(pod: Object) -> None:
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "volumes"} & pod["spec"].keys()
    for one in containers(pod):
        assert one["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert all("hostPort" not in port for port in one.get("ports", []))


def test_memory_is_certain_and_processor_time_unlimited(pod: Object) -> None:
    for one in containers(pod):
        wanted, most = one["resources"]["requests"], one["resources"]["limits"]
        assert wanted.keys() == {"cpu", "memory"}
        assert most == {"memory": wanted["memory"]}


# What one object names in another.


def test_every_selector_chooses_the_pods(objects: tuple[Object, ...], pod: Object) -> None:
    labels = pod["metadata"]["labels"]
    for selector in selectors(objects):
        assert selects(selector, labels), selector


def selectors(objects: tuple[Object, ...]) -> Iterator[dict[str, Any]]:
    for one in objects:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            yield {"matchLabels": spec["selector"]}
        elif one["kind"] == "NetworkPolicy":
            yield spec["podSelector"]
        elif "selector" in spec:
            yield spec["selector"]
        for constraint in spec.get("template", {}).get("spec", {}).get("topologySpreadConstraints", []):
            yield constraint["labelSelector"]


def test_the_service_leads_to_the_port_that_is_listened_on() -> None:
    objects = rendered("gateway")
    container = voicetap_of(pod_of(objects))
    [port] = the(objects, "Service")["spec"]["ports"]
    address = parse_address(settings_of(container, objects).listen)
    assert (port["port"], ports(container)[port["targetPort"]]) == (address.port, address.port)


def test_the_network_lets_in_calls_and_scrapes_and_nothing_else() -> None:
    objects = rendered("gateway")
    container = voicetap_of(pod_of(objects))
    policy = the(objects, "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    let_in = [port["port"] for rule in policy["ingress"] for port in rule["ports"]]
    assert sorted(let_in) == sorted(ports(container))
    assert all(rule["from"] for rule in policy["ingress"])
    let_out = {(port["protocol"], port["port"]) for rule in policy["egress"] for port in rule["ports"] if rule["to"]}
    assert let_out == {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 4317), ("TCP", 4318)}


def test_the_autoscaler_asks_for_a_metric_that_the_adapter_makes_of_one_of_ours() -> None:
    objects = rendered("gateway")
    autoscaler = the(objects, "HorizontalPodAutoscaler")["spec"]
    deployment = the(objects, "Deployment")
    assert autoscaler["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert "replicas" not in deployment["spec"], "each apply would undo what the autoscaler did"
    [asked] = [one["pods"]["metric"]["name"] for one in autoscaler["metrics"] if one["type"] == "Pods"]

    [rule] = adapter_rules()
    made = rule["seriesQuery"].partition("{")[0]
    assert asked == made == SESSIONS_ACTIVE.full_name
    assert SESSIONS_ACTIVE.kind is Kind.GAUGE
    assert rule["resources"]["overrides"] == {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}


def adapter_rules() -> list[dict[str, Any]]:
    """Of the values for the chart of prometheus-adapter."""
    [values] = documents(KUBERNETES / "gateway" / "prometheus-adapter-values.yaml")
    rules: list[dict[str, Any]] = values["rules"]["custom"]
    return rules

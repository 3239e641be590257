"""docker-compose.yml: what a reader and an operator may rely on, and that our three services run as it says."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from support.compose import (
    EXAMPLE,
    FILE,
    composed,
    mounts,
    on_this_machine,
    services,
    strings,
    variables_documented,
    variables_used,
)
from support.container import Container, fetch, network, run
from support.dockerfile import read
from support.environments import python_with
from support.image import Image
from support.requires import REPOSITORY
from support.scrape import Samples
from voicetap.cli import main
from voicetap.config import Serve
from voicetap.simulator import SCENARIOS

SERVICES = services()
OUR_IMAGE = "voicetap:local"
OURS = {name: service for name, service in SERVICES.items() if service["image"] == OUR_IMAGE}
OTHERS = {name: service for name, service in SERVICES.items() if name not in OURS}
REAL = {"VOICETAP_UPSTREAM": "https://api.openai.com", "DEMO": "0"}
TELEMETRY_SECONDS = 5.0
"""What the end of the process may take after the drain timeout."""

each_service = pytest.mark.parametrize("name", SERVICES)


def environment(service: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in service.get("environment", {}).items()}


@pytest.mark.clients
def test_it_is_a_compose_file(tmp_path: Path) -> None:
    """By the schema of the Compose Specification; a word that it does not know is found."""
    python = python_with(Path(__file__).parent / "compose" / "requirements.txt")
    command = [python, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, FILE], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.yml"
    broken.write_text(FILE.read_text().replace("read_only:", "readonly:"))
    assert subprocess.run([*command, broken], capture_output=True).returncode == 1


def test_no_port_is_open_to_others() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) >= 4
    for port in published:
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_what_is_published_is_listened_on() -> None:
    for service in SERVICES.values():
        assert {port.rpartition(":")[2] for port in service.get("ports", [])} <= set(service.get("expose", []))


@pytest.mark.parametrize("name", OTHERS)
def test_images_are_pinned_and_name_no_host(name: str) -> None:
    assert re.fullmatch(r"[a-z]+/[a-z-]+:v?\d+\.\d+\.\d+", OTHERS[name]["image"])


@each_service
def test_each_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "restart"} <= service.keys()
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()


@pytest.mark.parametrize("name", OURS)
def test_ours_are_one_image_and_its_user(name: str) -> None:
    final = read((REPOSITORY / "Dockerfile").read_text())[-1]
    assert OURS[name]["user"] == final.last("USER").value
    assert OURS[name]["pull_policy"] == "never", "no registry has it"
    assert "volumes" not in OURS[name]
    assert "tmpfs" not in OURS[name]


def test_our_image_is_built_once_and_with_every_setting() -> None:
    """Services that build the same image are built at once, and the second one's name is taken already."""
    for variables in ({}, REAL):
        [builder] = [service for service in services(variables).values() if "build" in service]
        assert (builder["image"], builder["build"]["context"]) == (OUR_IMAGE, ".")
        assert builder.get("scale", "1") != "0"


@each_service
def test_what_is_mounted_is_there_and_read_only(name: str) -> None:
    for source, _, mode in mounts(SERVICES[name]):
        if source.startswith("./"):
            assert (REPOSITORY / source).is_dir(), f"{source}: where it is missing, engines make an empty directory"
            assert mode == "ro"
        else:
            assert source in composed()["volumes"]


def test_every_volume_is_used() -> None:
    used = {source for service in SERVICES.values() for source, _, _ in mounts(service)}
    assert set(composed()["volumes"]) <= used


@each_service
def test_paths_in_commands_lead_somewhere(name: str) -> None:
    service = SERVICES[name]
    named = [*service["command"]] if "command" in service else []
    paths = [
        path for text in [*named, *environment(service).values()] for path in re.findall(r"(?:^|=)(/etc/.*)", text)
    ]
    assert all(path is not None and path.is_file() for path in (on_this_machine(service, path) for path in paths)), (
        paths
    )


NOT_CHECKED = {"callers": "listens nowhere", "collector": "its image has nothing that could ask"}


@each_service
def test_each_is_checked_without_a_shell(name: str) -> None:
    check = SERVICES[name].get("healthcheck", {"disable": True})
    of_the_image = name == "voicetap"
    if of_the_image:
        assert "healthcheck" not in SERVICES[name]
    elif check.get("disable"):
        assert name in NOT_CHECKED
    else:
        assert name not in NOT_CHECKED
        assert check["test"][0] == "CMD"


def test_who_waits_for_whom() -> None:
    """Callers for those they call. Nobody for a part of monitoring to be healthy, else one of them takes all down."""
    waits = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}
    healthy = {"condition": "service_healthy"}
    assert waits == {
        "callers": {"server": healthy, "voicetap": healthy},
        "collector": ["tempo"],
        "grafana": ["prometheus", "tempo"],
    }
    assert not waits["callers"].keys() & NOT_CHECKED.keys()


def test_a_stop_leaves_calls_the_time_to_end() -> None:
    voicetap = SERVICES["voicetap"]
    grace = float(voicetap["stop_grace_period"].removesuffix("s"))
    assert grace >= float(environment(voicetap)["VOICETAP_DRAIN_TIMEOUT"]) + TELEMETRY_SECONDS


def test_every_variable_is_explained_and_every_explained_one_is_used() -> None:
    documented = variables_documented()
    assert documented.keys() == variables_used().keys()
    for name, default in variables_used().items():
        assert default in documented[name], f".env.example does not show {name}'s default"


def test_the_example_changes_nothing() -> None:
    """Whoever copies it has the defaults still."""
    assert not re.search(r"^[^#\s]", EXAMPLE.read_text(), re.MULTILINE)


def test_the_scenarios_that_are_named_exist() -> None:
    explained = re.search(
        r"^# How the simulated server behaves: (.*?)^#SCENARIO=", EXAMPLE.read_text(), re.DOTALL | re.M
    )
    assert explained is not None
    named = {*re.findall(r"(\w+) (?:fails|has)\b", explained[1]), variables_used()["SCENARIO"]}
    assert named == {"outage", "clean"}
    assert named <= SCENARIOS.keys()


def served(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Serve:
    for name, value in environment(services(variables)["voicetap"]).items():
        monkeypatch.setenv(name, value)
    return Serve()  # type: ignore[call-arg] # the environment has it


def test_without_settings_it_stands_before_the_simulated_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert served(monkeypatch, {}).upstream == "http://server:8090"
    assert [SERVICES[name]["scale"] for name in ("server", "callers")] == ["1", "1"]


def test_two_settings_put_the_real_api_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are those that .env.example shows, and only with TLS."""
    assert served(monkeypatch, REAL).upstream == "https://api.openai.com"
    real = services(REAL)
    assert [real[name]["scale"] for name in ("server", "callers")] == ["0", "0"]
    assert all(value in variables_documented()[name] for name, value in REAL.items())
    with pytest.raises(ValidationError, match="without TLS"):
        served(monkeypatch, {**REAL, "VOICETAP_UPSTREAM": "http://api.openai.com"})
    for name, service in real.items():
        if service.get("scale") != "0":
            assert not {"server", "callers"} & set(service.get("depends_on", [])), name


@pytest.mark.parametrize("name", OURS)
def test_commands_are_understood(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    started: list[object] = []
    for run_of in ("app.run", "simulator.run", "callers.run"):
        monkeypatch.setattr(f"voicetap.{run_of}", lambda settings: started.append(settings) or 0)
    for key, value in environment(OURS[name]).items():
        monkeypatch.setenv(key, value)
    assert main(OURS[name]["command"]) == 0
    assert len(started) == 1


def test_addresses_are_those_of_services() -> None:
    """In commands and variables; those in configurations are test_provisioning's."""
    named = {
        match
        for service in SERVICES.values()
        for text in [*strings(service.get("command", [])), *environment(service).values()]
        for match in re.findall(r"//([a-z]\w*):(\d+)", text)
    }
    assert named == {("server", "8090"), ("voicetap", "8080"), ("collector", "4318")}
    for host, port in named:
        assert port in SERVICES[host]["expose"]


@pytest.fixture
def started(image: Image) -> Iterator[tuple[int, dict[str, Container]]]:
    """Our services in the order of their dependencies, in one network; the process in it, and the containers."""
    with ExitStack() as stack:
        net = stack.enter_context(network())
        containers: dict[str, Container] = {}
        for name in ("server", "voicetap", "callers"):
            assert all(needed in containers for needed in OURS[name].get("depends_on", {}))
            variables = environment(OURS[name])
            container = run(image, net, OURS[name]["command"], variables, user=OURS[name]["user"], names=SERVICES)
            containers[name] = stack.enter_context(container)
            containers[name].first_line()
        yield net, containers


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ours_run_as_it_says(image: Image, started: tuple[int, dict[str, Container]]) -> None:
    """The callers reach the simulated server through voicetap, by the services' names."""
    net, containers = started
    check = OURS["server"]["healthcheck"]["test"]
    assert (check[0], containers["server"].execute(check[1:]).returncode) == ("CMD", 0)
    assert containers["voicetap"].execute(image.healthcheck).returncode == 0
    for _ in range(100):
        samples = Samples(fetch(net, "http://127.0.0.1:9464/metrics"))
        if samples.total("voicetap_responses_total", status="completed") >= 1:
            break
    assert samples.total("voicetap_responses_total", status="completed") >= 1, samples.exposition
    for name in ("callers", "voicetap", "server"):
        containers[name].signal()
        assert containers[name].wait(TELEMETRY_SECONDS + 1) == 0, containers[name].log()
    assert containers["callers"].log() == ""
    told = [json.loads(line) for line in containers["voicetap"].log().splitlines()]
    assert {line["closed_by"] for line in told if line["message"] == "session ended"} == {"client"}

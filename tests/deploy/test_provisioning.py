"""dashboards/provisioning: Prometheus and Alertmanager accept theirs, and all files fit each other and compose."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.compose import mounts, on_this_machine, services, strings
from support.requires import REPOSITORY, requires_program
from voicetap.signals.metrics.series import Trace

PROVISIONING = REPOSITORY / "dashboards" / "provisioning"
BOARDS = REPOSITORY / "dashboards" / "compiled" / "boards"
RULES = REPOSITORY / "dashboards" / "compiled" / "rules"
SERVICES = services()


def read(name: str) -> Any:
    return yaml.safe_load((PROVISIONING / name).read_text())


PROMETHEUS = read("prometheus/prometheus.yml")
ALERTMANAGER = read("alertmanager/alertmanager.yml")
COLLECTOR = read("collector/collector.yaml")
TEMPO = read("tempo/tempo.yaml")
DATASOURCES = {one["uid"]: one for one in read("grafana/datasources/voicetap.yaml")["datasources"]}
[PROVIDER] = read("grafana/dashboards/voicetap.yaml")["providers"]


def test_prometheus_accepts_it_and_finds_the_rules(tmp_path: Path) -> None:
    [rules] = PROMETHEUS["rule_files"]
    directory = on_this_machine(SERVICES["prometheus"], str(Path(rules).parent))
    assert directory == RULES
    configuration = tmp_path / "prometheus.yml"
    text = (PROVISIONING / "prometheus" / "prometheus.yml").read_text()
    configuration.write_text(text.replace(rules, str(directory / Path(rules).name)))
    command = [requires_program("promtool"), "check", "config", configuration]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(list(RULES.glob('*.yaml')))} rule files found" in done.stdout


def test_prometheus_scrapes_every_voicetap_there_is() -> None:
    """An address for each container, not one name for all; the job has the name that boards and rules expect."""
    job = PROMETHEUS["scrape_configs"][0]
    [discovery] = job["dns_sd_configs"]
    assert (job["job_name"], discovery["names"], discovery["type"]) == ("voicetap", ["voicetap"], "A")
    assert str(discovery["port"]) in SERVICES["voicetap"]["expose"]


def test_grafana_knows_how_often_is_scraped() -> None:
    assert DATASOURCES["prometheus"]["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]


def test_exemplars_are_kept_and_lead_to_traces() -> None:
    assert "--enable-feature=exemplar-storage" in SERVICES["prometheus"]["command"]
    [destination] = DATASOURCES["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]
    assert destination["datasourceUid"] == "tempo"
    exemplar = Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 0.0).exemplar(1.0)
    assert exemplar.labels[destination["name"]] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_traces_are_kept_as_long_as_the_figures_that_lead_to_them() -> None:
    [days] = [
        int(match[1])
        for option in SERVICES["prometheus"]["command"]
        if (match := re.fullmatch(r"--storage\.tsdb\.retention\.time=(\d+)d", option))
    ]
    kept = TEMPO["backend_scheduler"]["provider"]["compaction"]["compaction"]["block_retention"]
    assert kept == TEMPO["backend_worker"]["compaction"]["block_retention"] == f"{days * 24}h"


def route(**labels: str) -> str:
    command = [requires_program("amtool"), "config", "routes", "test"]
    file = f"--config.file={PROVISIONING / 'alertmanager' / 'alertmanager.yml'}"
    words = [f"{name}={value}" for name, value in labels.items()]
    return subprocess.run([*command, file, *words], capture_output=True, text=True, check=True).stdout.strip()


def test_alertmanager_accepts_it() -> None:
    command = [requires_program("amtool"), "check-config", PROVISIONING / "alertmanager" / "alertmanager.yml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("severity", "receiver"), [("critical", "pager"), ("warning", "ticket"), ("info", "chat")])
def test_who_hears_of_it(severity: str, receiver: str) -> None:
    assert route(alertname="VoicetapSilentSessions", severity=severity) == receiver


def test_every_severity_of_the_rules_is_routed() -> None:
    """What no route takes would end as a ticket, unseen that it should not."""
    rules = [
        rule
        for file in RULES.glob("*.yaml")
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    ]
    severities = {rule["labels"]["severity"] for rule in rules if "alert" in rule}
    routed = {re.fullmatch(r'severity="(\w+)"', one["matchers"][0]) for one in ALERTMANAGER["route"]["routes"]}
    assert severities == {match[1] for match in routed if match}


def test_what_keeps_others_quiet_is_an_alert_that_there_is() -> None:
    named = {
        match
        for rule in ALERTMANAGER["inhibit_rules"]
        for text in strings(rule)
        for match in re.findall(r'alertname!?="(\w+)"', text)
    }
    text = "".join(file.read_text() for file in RULES.glob("*.yaml"))
    assert named == {"VoicetapDown"}
    assert all(f"alert: {name}\n" in text for name in named)


def test_nobody_is_told_until_an_address_is_put_in() -> None:
    """The receivers are examples: they must not reach anybody's network."""
    urls = [one["url"] for receiver in ALERTMANAGER["receivers"] for one in receiver["webhook_configs"]]
    assert len(urls) == 3
    assert all(url.startswith("http://127.0.0.1:") for url in urls)


def test_spans_go_from_voicetap_to_tempo() -> None:
    pipeline = COLLECTOR["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert pipeline[kind] == list(COLLECTOR[kind])
    endpoint = SERVICES["voicetap"]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"]
    listening = COLLECTOR["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert endpoint.rpartition(":")[2] == listening.rpartition(":")[2]
    taken = TEMPO["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    assert COLLECTOR["exporters"]["otlp_grpc"]["endpoint"].rpartition(":")[2] == taken.rpartition(":")[2]


def test_addresses_are_those_of_services() -> None:
    """Whoever is named is a service, and listens on that port."""
    files = [*PROVISIONING.rglob("*.yaml"), *PROVISIONING.rglob("*.yml")]
    named = {
        match
        for file in files
        for text in strings(yaml.safe_load(file.read_text()))
        for match in re.findall(r"(?:^|//)([a-z]\w*):(\d+)", text)
    }
    assert {host for host, _ in named} == {"prometheus", "alertmanager", "tempo"}
    for host, port in named:
        assert port in SERVICES[host]["expose"], f"{host}:{port}"


def test_the_boards_are_where_grafana_looks() -> None:
    assert on_this_machine(SERVICES["grafana"], PROVIDER["options"]["path"]) == BOARDS
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    path = on_this_machine(SERVICES["grafana"], home)
    assert path is not None
    assert json.loads(path.read_text())["uid"] == "voicetap-overview"
    assert (PROVIDER["folder"], PROVIDER["allowUiUpdates"]) == ("voicetap", False)


def test_the_boards_find_their_datasources() -> None:
    boards = [json.loads(file.read_text()) for file in BOARDS.glob("*.json")]
    found = {(one["type"], one["uid"]) for board in boards for one in _datasources(board)}
    assert found
    types = {one["type"] for one in DATASOURCES.values()}
    for kind, uid in found:
        assert kind in types
        assert uid.startswith("${") or uid in DATASOURCES, uid


def _datasources(document: Any) -> list[dict[str, str]]:
    if isinstance(document, list):
        return [one for value in document for one in _datasources(value)]
    if not isinstance(document, dict):
        return []
    here = document.get("datasource")
    below = [one for value in document.values() for one in _datasources(value)]
    return below + ([here] if isinstance(here, dict) and here.get("type") != "grafana" else [])


def test_grafana_fills_in_no_variable_unasked() -> None:
    """It takes every single $ of these files for a variable of its environment; two of them are one."""
    texts = [
        text
        for file in (PROVISIONING / "grafana").rglob("*.yaml")
        for text in strings(yaml.safe_load(file.read_text()))
    ]
    assert any("$$" in text for text in texts)
    assert [text for text in texts if re.search(r"(?<!\$)(\$\$)*\$(?!\$)", text)] == []


def test_grafana_looks_for_its_files_where_they_are_mounted() -> None:
    targets = {target for _, target, _ in mounts(SERVICES["grafana"])}
    assert "/etc/grafana/provisioning" in targets
    assert {path.name for path in (PROVISIONING / "grafana").iterdir()} <= {
        "datasources",
        "dashboards",
        "alerting",
        "plugins",
    }

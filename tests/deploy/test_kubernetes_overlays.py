"""What users build on the manifests, as deploy/README.md tells them to."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from deploy.manifests import KUBERNETES, SIDECARS, Object, containers, pod_of, render, settings_of, the, voicetap_of
from support.requires import REPOSITORY
from voicetap import __version__

OTHERS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: asking, labels: {voicetap: sidecar}}
spec:
  template:
    spec: {containers: [{name: main, image: main:1, env: [{name: A, value: b}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: not-asking}
spec:
  template:
    spec: {containers: [{name: main, image: main:1}]}
"""

_EXAMPLE = re.compile(r"^```yaml\n(# (\w+\.yaml).*?)^```", re.DOTALL | re.MULTILINE)
"""A file of the reader's, whose first line says its name."""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A directory beside a copy of the repository."""
    shutil.copytree(KUBERNETES, tmp_path / "voicetap" / "deploy" / "kubernetes")
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def follow(section: str, room: Path) -> list[Object]:
    """What comes of the files that a section of the README shows."""
    readme = (REPOSITORY / "deploy" / "README.md").read_text()
    _, _, text = readme.partition(f"### {section}\n")
    shown = {name: content for content, name in _EXAMPLE.findall(text.partition("\n### ")[0])}
    assert shown
    for name, content in shown.items():
        (room / name).write_text(content)
    return render(room)


def test_the_documented_sidecar_is_complete(room: Path) -> None:
    objects = follow("A sidecar for your application", room)
    pod = pod_of(objects)
    assert [one["name"] for one in containers(pod)] == ["voicetap", "agent"]
    container = voicetap_of(pod)
    assert container["image"] == f"YOUR-REGISTRY/voicetap:{__version__}"
    settings = settings_of(container, objects)
    assert settings.upstream == "https://api.openai.com"
    assert settings.drain_timeout + 5 <= pod["spec"]["terminationGracePeriodSeconds"]


def test_the_documented_gateway_is_complete(room: Path) -> None:
    objects = follow("A gateway", room)
    assert {one["metadata"]["namespace"] for one in objects} == {"voice"}
    container = voicetap_of(pod_of(objects))
    assert container["image"] == f"YOUR-REGISTRY/voicetap:{__version__}"
    settings = settings_of(container, objects)
    assert (settings.upstream, settings.drain_timeout) == ("https://api.openai.com", 3600)


@pytest.mark.parametrize("name", SIDECARS)
def test_only_what_asks_for_the_sidecar_gets_it(room: Path, name: str) -> None:
    (room / "others.yaml").write_text(OTHERS)
    component = f"../voicetap/deploy/kubernetes/components/{name}"
    (room / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["others.yaml"], "components": [component]}))
    objects = render(room)
    asking, not_asking = (the(objects, kind)["spec"]["template"] for kind in ("StatefulSet", "Deployment"))
    assert [one["name"] for one in containers(asking)] == ["voicetap", "main"]
    assert asking["spec"]["containers"][-1] == {"name": "main", "image": "main:1", "env": [{"name": "A", "value": "b"}]}
    assert asking["metadata"]["labels"] == {"voicetap": "sidecar"}
    assert not_asking == {"spec": {"containers": [{"name": "main", "image": "main:1"}]}}

"""What users build on the manifests, as deploy/README.md tells them to."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from deploy.manifests import (
    KUBERNETES,
    SIDECARS,
    Object,
    containers,
    documents,
    pod_of,
    render,
    settings_of,
    the,
    voicetap_of,
)
from support.requires import REPOSITORY
from voicetap import __version__

README = REPOSITORY / "deploy" / "README.md"
SIDECAR = "A sidecar for your application"

OTHERS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: asking, labels: {voicetap: sidecar}}
spec:
  template:
    metadata: {labels: {app: asking}}
    spec:
      initContainers: [{name: prepare, image: main:1}]
      containers: [{name: main, image: main:1, volumeMounts: [{name: data, mountPath: /data}]}]
      volumes: [{name: data, emptyDir: {}}]
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
    _, _, text = README.read_text().partition(f"### {section}\n")
    shown = {name: content for content, name in _EXAMPLE.findall(text.partition("\n### ")[0])}
    assert shown
    for name, content in shown.items():
        (room / name).write_text(content)
    return render(room)


def test_the_documented_sidecar_is_complete(room: Path) -> None:
    objects = follow(SIDECAR, room)
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


def test_the_documented_patch_gives_the_calls_another_port(room: Path) -> None:
    objects = follow(SIDECAR, room)
    before = settings_of(voicetap_of(pod_of(objects)), objects)
    [patches] = re.findall(r"^```yaml\n(patches:.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    with (room / "kustomization.yaml").open("a") as kustomization:
        kustomization.write(patches)
    objects = render(room)
    after = settings_of(voicetap_of(pod_of(objects)), objects)
    assert after == before.model_copy(update={"listen": "127.0.0.1:18080"})


@pytest.mark.parametrize("name", SIDECARS)
def test_only_what_asks_for_the_sidecar_gets_it(room: Path, name: str) -> None:
    (room / "others.yaml").write_text(OTHERS)
    component = f"../voicetap/deploy/kubernetes/components/{name}"
    (room / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["others.yaml"], "components": [component]}))
    objects = render(room)
    asking, not_asking = (the(objects, kind)["spec"]["template"] for kind in ("StatefulSet", "Deployment"))
    own, others = (the(list(documents(room / "others.yaml")), kind) for kind in ("StatefulSet", "Deployment"))
    assert not_asking == others["spec"]["template"]
    assert asking["metadata"]["labels"] == {"app": "asking", "voicetap": "sidecar"}
    [list_of] = [kind for kind in ("initContainers", "containers") if asking["spec"][kind][0]["name"] == "voicetap"]
    assert list_of == {"native-sidecar": "initContainers", "plain-sidecar": "containers"}[name]
    del asking["spec"][list_of][0]
    assert asking["spec"] == own["spec"]["template"]["spec"]

"""Rules and boards as Kubernetes takes them: a PrometheusRule, and a ConfigMap for each board."""

import textwrap
from collections.abc import Sequence

import yaml

from .rules import as_yaml
from .rules.rule import Data

_PROMETHEUS_RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: voicetap
  labels: {app.kubernetes.io/name: voicetap}
spec:
"""

BOARD_LABELS = {"grafana_dashboard": "1"}
"""What Grafana's sidecar looks for, as its Helm chart has it."""
BOARD_ANNOTATIONS = {"grafana_folder": "voicetap"}


def prometheus_rule(groups: Sequence[Data]) -> str:
    """The manifest of a PrometheusRule: its `spec` is what a file of rules holds."""
    written, _, rules = as_yaml(groups).partition("\n")
    return f"{written}\n{_PROMETHEUS_RULE}{textwrap.indent(rules, '  ')}"


def boards_kustomization(uids: Sequence[str]) -> str:
    """The kustomization beside `boards/`, which makes a ConfigMap of each UID.json in it, for Grafana's sidecar.

    No hash in the names: a changed board takes the place of the old one, for which nobody but the sidecar asks.
    """
    content = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "configMapGenerator": [{"name": uid, "files": [f"boards/{uid}.json"]} for uid in uids],
        "generatorOptions": {
            "disableNameSuffixHash": True,
            "labels": BOARD_LABELS,
            "annotations": BOARD_ANNOTATIONS,
        },
    }
    return f"# Written by `make boards`; do not edit.\n{yaml.safe_dump(content, sort_keys=False)}"

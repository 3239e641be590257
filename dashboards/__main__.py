"""Writes what Grafana, Prometheus and Kubernetes read: compiled/, and a manifest. Run by `make boards`."""

from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from .boards import boards
from .kubernetes import boards_kustomization, prometheus_rule
from .rules import alert_groups, as_yaml, recording_groups

COMPILED = Path(__file__).parent / "compiled"
MANIFESTS = Path(__file__).parents[1] / "deploy" / "kubernetes"


def compiled() -> Iterator[tuple[Path, str]]:
    """Each file that is written, and its content."""
    built = boards()
    for board in built:
        yield COMPILED / "boards" / f"{board.uid}.json", JSONEncoder(sort_keys=True, indent=2).encode(board) + "\n"
    yield COMPILED / "kustomization.yaml", boards_kustomization([str(board.uid) for board in built])
    recording, alerts = recording_groups(), alert_groups()
    yield COMPILED / "rules" / "voicetap-recording.yaml", as_yaml(recording)
    yield COMPILED / "rules" / "voicetap-alerts.yaml", as_yaml(alerts)
    yield MANIFESTS / "monitoring" / "prometheusrule.yaml", prometheus_rule([*recording, *alerts])


def main() -> None:
    """Write them."""
    for path, text in compiled():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()

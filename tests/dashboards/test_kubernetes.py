"""What is written for Kubernetes says the same as what it is made of; that clusters take it, tests/deploy shows."""

import yaml

from dashboards.kubernetes import boards_kustomization, prometheus_rule

GROUPS = [
    {
        "name": "voicetap:alerts",
        "interval": "1m",
        "rules": [
            {
                "alert": "Late",
                "expr": "  sum(a)\n\n  / sum(b) > 0.1",
                "for": "5m",
                "labels": {"severity": "warning"},
                "annotations": {"summary": "{{ $value }}: 'late' — 10 %", "description": "long " * 50 + "\n"},
            },
            {"record": "job:a:rate5m", "expr": "rate(a[5m])"},
        ],
    },
    {"name": "voicetap:others", "rules": [{"record": "job:b:rate5m", "expr": "rate(b[5m])"}]},
]


def test_the_rules_are_the_same_as_in_prometheus_own_file() -> None:
    manifest = yaml.safe_load(prometheus_rule(GROUPS))
    assert (manifest["apiVersion"], manifest["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
    assert manifest["spec"] == {"groups": GROUPS}


def test_there_is_a_config_map_of_each_board() -> None:
    kustomization = yaml.safe_load(boards_kustomization(["voicetap-cost", "voicetap-proxy"]))
    assert kustomization["configMapGenerator"] == [
        {"name": "voicetap-cost", "files": ["boards/voicetap-cost.json"]},
        {"name": "voicetap-proxy", "files": ["boards/voicetap-proxy.json"]},
    ]

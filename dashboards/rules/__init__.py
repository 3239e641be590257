"""Recording rules and alerts, as Python; what Prometheus reads is written of them into compiled/rules/.

    alerts     what somebody is told, one module a subject    ┐
    burn       alerts on how fast a budget is spent           ├  >  shares  >  share  >  rule
    breakdown  the figures in what is told                    ┘
    links      where an alert leads to
    documents  the two files of rules

Thresholds stand in dashboards/objectives.py, what to do in dashboards/README.md.
"""

from .documents import alert_groups, as_yaml, recording_groups

__all__ = ["alert_groups", "as_yaml", "recording_groups"]

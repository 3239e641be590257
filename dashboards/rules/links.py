"""Where an alert leads to. Whoever keeps the runbook or Grafana elsewhere changes this file, and runs `make boards`."""

RUNBOOK = "https://github.com/voicetap/voicetap/blob/main/dashboards/README.md"
"""A heading for each alert."""
BOARDS = "/d"
"""Below the address of Grafana, which rules need not know: what shows alerts puts it before."""


def runbook(alert: str) -> str:
    """The heading; GitHub makes anchors of headings in lower case."""
    return f"{RUNBOOK}#{alert.lower()}"


def board(uid: str) -> str:
    """The board, showing the job that the alert is about."""
    return f"{BOARDS}/{uid}?var-job={{{{ $labels.job | urlquery }}}}"

"""Boards, rules and alerts over voicetap's metrics, as Python; `make boards` writes them into compiled/.

    boards    arrangement: which panels, in which order   ┐
    rules     recording rules and alerts                  ├ >  promql  >  objectives, voicetap.signals.names
    panels    looks                                       ┘

Nobody who uses them needs this package: Grafana and Prometheus read what lies in compiled/. It is Python so that a
metric or label that the catalogue no longer has breaks the build and not a panel.
"""

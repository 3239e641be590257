"""What voicetap says: signals made from facts.

names      the one catalogue of metrics
labels     the values that their labels take
series     metrics of the catalogue in a Prometheus registry
families   all of them, with their children at hand
metrics    Fact -> sample
logs       the formatter of the log lines of the process: one JSON object each
"""

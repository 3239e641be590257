"""Facts -> samples of the metrics in the catalogue, in one Prometheus registry.

series       a metric of the catalogue and its children: plain numbers, which a scrape copies
families     all metrics of the process
first_names  the label of what peers name: models, tools
by_model     the children of one model, at hand
tools        those of tool calls, whose names may be a label
operator     labels that the operator has named, from headers of the upgrade request
live         what is computed at a scrape: from the sessions that are live then
sink         the facts of one connection
process      what belongs to no connection
"""

from .operator import OperatorLabel
from .process import Metrics

__all__ = ["Metrics", "OperatorLabel"]

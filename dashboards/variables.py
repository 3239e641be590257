"""What a reader chooses at the top of a board: the data source, the job, the instance, the model."""

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import VariableRefresh, VariableSort

from voicetap.signals.metric import Metric
from voicetap.signals.names import BUILD_INFO, SESSIONS_ACTIVE, TRANSCRIPTIONS

from .promql import require_labels, selector

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
"""Whichever the reader chose."""
EVERYTHING = ".+"


def datasource() -> DatasourceVariable:
    """A Prometheus, or what speaks its language."""
    return DatasourceVariable("datasource").label("Data source").type("prometheus")


def job() -> QueryVariable:
    """The scrape job: deployments of voicetap that belong together."""
    return _values_of("job", "Job", BUILD_INFO)


def instance() -> QueryVariable:
    """One process of voicetap."""
    return _values_of("instance", "Instance", BUILD_INFO, 'job=~"$job"')


def model() -> QueryVariable:
    """The model that servers named; `unknown` before they do."""
    return _values_of("model", "Model", SESSIONS_ACTIVE, 'job=~"$job"', 'instance=~"$instance"')


def transcription_model() -> QueryVariable:
    """The model that writes down what users say: not the one that answers them."""
    chosen = ('job=~"$job"', 'instance=~"$instance"')
    return _values_of("transcription_model", "Transcription model", TRANSCRIPTIONS, *chosen)


def _values_of(label: str, title: str, metric: Metric, *matchers: str) -> QueryVariable:
    require_labels(metric, label)
    return (
        QueryVariable(label)
        .label(title)
        .query(f"label_values({selector(metric, *matchers)}, {label})")
        .datasource(DATASOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(EVERYTHING)
    )

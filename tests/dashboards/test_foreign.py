"""What comes with every scrape besides voicetap's own."""

import pytest
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

from dashboards import foreign
from dashboards.boards.queries import RANGE, of, of_voicetap
from dashboards.foreign import Foreign

OF_THE_PROCESS = [
    metric
    for metric in vars(foreign).values()
    if isinstance(metric, Foreign) and metric.name.startswith(("process_", "python_"))
]


@pytest.mark.parametrize("metric", OF_THE_PROCESS, ids=lambda metric: metric.name)
def test_the_client_library_exposes_it(metric: Foreign) -> None:
    """With the collectors that voicetap registers."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    samples = [sample for family in registry.collect() for sample in family.samples if sample.name == metric.full_name]
    assert samples
    assert {tuple(sample.labels) for sample in samples} == {metric.labels}


def test_it_is_asked_for_under_its_own_name_and_of_voicetap_alone() -> None:
    """All jobs have such series, and a board may show all jobs that voicetap runs in."""
    where = 'job=~"$job", instance=~"$instance"'
    assert of_voicetap(of(foreign.UP), RANGE) == (
        f"(up{{{where}}} and on (job, instance) count_over_time(voicetap_build_info{{{where}}}[$__range]))"
    )

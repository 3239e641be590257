"""What is written is what prometheus_client would have written, to the byte, at the first scrape and at later ones."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, PlatformCollector
from prometheus_client.core import Metric, Sample
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import METRIC_TYPES
from prometheus_client.samples import Exemplar, NativeHistogram, Timestamp

from voicetap.web.encoder import Collector, Encoder

OPENMETRICS = "application/openmetrics-text; version={}; escaping={}"
FORMATS = [
    "",
    "text/plain; version=1.0.0; escaping=allow-utf-8",
    "text/plain; version=1.0.0; escaping=dots",
    "application/openmetrics-text",
    OPENMETRICS.format("1.0.0", "allow-utf-8"),
    OPENMETRICS.format("1.0.0", "values"),
    OPENMETRICS.format("2.0.0", "underscores"),
]

Encode = Callable[[Collector], bytes]


def both(accept: str) -> tuple[Encode, Encode]:
    """The library's encoder, and ours."""
    encode, content_type = choose_encoder(accept)
    return encode, Encoder(encode, exemplars="openmetrics" in content_type)


class Families(NamedTuple):
    """A registry that has these."""

    families: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


words = st.text(st.sampled_from('abz_:"\\\n ä.0'), max_size=6)
names = st.one_of(
    st.from_regex(r"[a-z_:][a-z0-9_:]{0,8}", fullmatch=True),
    st.from_regex(r"[a-zä. ]{1,8}", fullmatch=True),
)
suffixes = st.sampled_from(["", "_total", "_created", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_info"])
labels = st.dictionaries(names, words, max_size=3)
values = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.sampled_from([0, -0.0, 1e6, 1234567.0, 1e16, 1e-7, math.inf, -math.inf, math.nan]),
)
exemplars = st.builds(
    Exemplar,
    labels,
    values,
    st.one_of(st.none(), st.floats(0, 2e9), st.builds(Timestamp, *[st.integers(0, 10**8)] * 2)),
)
samples = st.tuples(
    suffixes,
    labels,
    values,
    st.one_of(st.none(), st.none(), st.floats(0, 2e9)),
    st.one_of(st.none(), exemplars),
    st.one_of(st.none(), st.none(), st.just(NativeHistogram(3, 2.5, 0, 0.01, 1))),
)


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    """One family; only what may have exemplars has them, as the library would raise."""
    kind = draw(st.sampled_from([*METRIC_TYPES, "counter", "gauge", "histogram"]))
    name, unit = draw(names), draw(st.sampled_from(["", "", "seconds"]))
    family = Metric(name, draw(words), kind, unit)
    for suffix, carried, value, timestamp, exemplar, native in draw(st.lists(samples, max_size=4)):
        allowed = {
            "counter": suffix == "_total",
            "histogram": suffix == "_bucket",
            "gaugehistogram": suffix == "_bucket",
        }
        family.samples.append(
            Sample(family.name + suffix, carried, value, timestamp, exemplar if allowed.get(kind) else None, native)
        )
    return family


@given(st.sampled_from(FORMATS), st.lists(metrics(), max_size=3), st.data())
def test_as_the_library_writes_it(accept: str, families: list[Metric], data: st.DataObject) -> None:
    library, ours = both(accept)
    assert ours(Families(families)) == library(Families(families))
    for family in families:
        family.samples = [sample._replace(value=data.draw(values)) for sample in family.samples]
    assert ours(Families(families)) == library(Families(families))


def shop(registry: CollectorRegistry) -> Callable[[], None]:
    """Metrics of every kind that voicetap has; the function changes each of them."""
    sold = Counter("sold", 'Sold, "all" of it.\nAnd more: \\', ["what"], registry=registry)
    open_now = Gauge("open", "Open.", registry=registry)
    waited = Histogram("waited_seconds", "Waited.", ["at"], registry=registry, buckets=(0.1, 1.0, 1e7))
    GCCollector(registry=registry)
    PlatformCollector(registry=registry)

    def change() -> None:
        for what in ("tea", 'b"i\\g\n', "käse"):
            sold.labels(what).inc(1, {"trace_id": "0af7651916cd43dd8448eb211c80319c"})
        open_now.dec(0.5)
        waited.labels("till").observe(
            0.5, {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
        )
        waited.labels("door").observe(2e7)

    return change


@pytest.mark.parametrize("accept", FORMATS)
def test_scrape_after_scrape(accept: str) -> None:
    registry = CollectorRegistry()
    change = shop(registry)
    library, ours = both(accept)
    for _ in range(3):
        change()
        registry_as_it_is = Families(list(registry.collect()))
        assert ours(registry_as_it_is) == library(registry_as_it_is)


def test_a_line_is_formed_by_the_library_once() -> None:
    registry = CollectorRegistry()
    change = shop(registry)
    change()
    encode, _ = choose_encoder(OPENMETRICS.format("1.0.0", "underscores"))
    asked = []

    def counted(families: Collector) -> bytes:
        asked.append(families)
        return encode(families)

    ours = Encoder(counted, exemplars=True)
    ours(registry)
    assert asked
    asked.clear()
    change()
    ours(registry)
    assert asked == []


@pytest.mark.parametrize("accept", FORMATS)
def test_what_is_easily_mistaken(accept: str) -> None:
    strange = Exemplar({"trace_id": 'a "b"\\c\nd', "a": ""}, 1e7, None)
    family = Metric("a", "A.", "histogram")
    family.samples = [
        Sample("a_bucket", {"le": "1.0"}, 1.0, None, strange),
        Sample("a_bucket", {"el": "1.0"}, 2.0, None, Exemplar({}, 0.5, 1700000000.123)),
        Sample("a_bucket", {"le": "1.0", "b": ""}, 2.0),
        Sample("a_bucket", {"le": "", "b": "1.0"}, 2.0),
        Sample("a_count", {"le": "1.0"}, 3.0),
    ]
    library, ours = both(accept)
    for _ in range(2):
        assert ours(Families([family])) == library(Families([family]))

"""What is asked for a panel."""

from dashboards.pictures.asking import Exemplar, Series
from dashboards.pictures.gathering import Time, gather
from dashboards.pictures.reading import Panel, Place, Target

TIME = Time(start=10_007, end=10_907, scrape_seconds=15)


class Recorder:
    """Writes down what it is asked, and knows one series of each expression."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def at(self, promql: str, moment: float) -> list[Series]:
        self.asked.append((promql, moment))
        return [Series({"model": "a"}, [(moment, 1.0)])]

    def between(self, promql: str, start: float, end: float, step: float) -> list[Series]:
        self.asked.append((promql, start, end, step))
        return [Series({"model": "b"}, [(start, 2.0)])]

    def exemplars(self, promql: str, start: float, end: float) -> list[Exemplar]:
        self.asked.append(("exemplars", promql, start, end))
        return [Exemplar(start, 0.5)]


def panel(*targets: Target) -> Panel:
    return Panel("timeseries", "A panel", False, Place(0, 0, 8, 8), targets, {}, {}, {}, ())


def test_a_figure_is_asked_for_the_end_over_the_whole_range() -> None:
    recorder = Recorder()
    question = Target('sum(increase(a{model=~"$model"}[$__range]))', "{{model}}", instant=True, exemplars=False)
    answer = gather(recorder, panel(question), TIME, pixels=500)
    assert recorder.asked == [('sum(increase(a{model=~".+"}[15m]))', 10_907)]
    assert [name for name, _ in answer.series] == ["a"]


def test_a_line_is_asked_for_at_whole_steps_with_rates_over_four_scrapes() -> None:
    recorder = Recorder()
    question = Target("sum(rate(a[$__rate_interval]))", "all", instant=False, exemplars=True)
    answer = gather(recorder, panel(question), TIME, pixels=500)
    assert recorder.asked == [("sum(rate(a[1m]))", 10_005, 10_905, 15)]
    assert (answer.step, answer.exemplars) == (15, ())


def test_exemplars_are_asked_for_where_they_are_wanted_and_the_query_has_them() -> None:
    recorder = Recorder()
    with_them = Target("a", "", instant=False, exemplars=True)
    without = Target("b", "", instant=False, exemplars=False)
    answer = gather(recorder, panel(with_them, without), TIME, pixels=500, exemplars=True)
    assert [asked for asked in recorder.asked if asked[0] == "exemplars"] == [("exemplars", "a", 10_007, 10_907)]
    assert answer.exemplars == (Exemplar(10_007, 0.5),)

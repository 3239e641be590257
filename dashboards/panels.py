"""How panels look: figures, lines, stacks, bars, heatmaps and tables, in one style."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from grafana_foundation_sdk.builders import bargauge, heatmap, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    TableSortByFieldState,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor, ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models import common, dashboard, prometheus, units
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from .variables import DATASOURCE

AnyPanel = stat.Panel | timeseries.Panel | bargauge.Panel | heatmap.Panel | table.Panel
_Figures = TypeVar("_Figures", stat.Panel, bargauge.Panel)
_Any = TypeVar("_Any", stat.Panel, timeseries.Panel, bargauge.Panel, heatmap.Panel, table.Panel)

GOOD, WARNING, BAD, NEUTRAL = "green", "orange", "red", "blue"
UNKNOWN = "#6e7078"
"""Of a figure that there is none of: neither good nor bad."""
COLOURS = {
    "completed": GOOD,
    "answered": GOOD,
    "started": GOOD,
    "client_closed": GOOD,
    "101": GOOD,
    "interrupted": "purple",
    "cancelled": "purple",
    "empty": "yellow",
    "incomplete": "yellow",
    "timed_out": WARNING,
    "no_response": WARNING,
    "unanswered": WARNING,
    "unfinished": WARNING,
    "closed": WARNING,
    "timeout": WARNING,
    "client_lost": WARNING,
    "server_closed": NEUTRAL,
    "session_closed": "text",
    "drained": "text",
    "expired": "yellow",
    "failed": BAD,
    "rejected": BAD,
    "refused": BAD,
    "upstream_lost": "dark-red",
}
"""Of outcomes, the same on every board."""
SHADES = {"99 of 100": "purple", "95 of 100": NEUTRAL, "half": "light-blue"}
"""Of percentiles: none of them is good or bad by itself."""

_DECIMALS = {units.PercentUnit: 1, units.LocaleFormat: 0}
"""Of figures: Grafana would write 0.0674%, and 74.3 of what can be counted, for Prometheus extrapolates."""
_ROOM = {units.PercentUnit: 0.1, units.Short: 1.0}
"""To which an axis reaches where nothing else is said: what is small shall look small, and of zeros alone Grafana would
make an axis up to 10000%."""


class Query(NamedTuple):
    """One expression of a panel."""

    promql: str
    legend: str = ""
    """`{{label}}` stands for the label's value."""


class Steps(NamedTuple):
    """Colours by value: the first from 0 on, each other from its bound on. Where there is no value it is UNKNOWN."""

    bottom: str
    above: tuple[tuple[float, str], ...] = ()


NO_STEPS = Steps(NEUTRAL)


def good_below(bound: float, bad: float) -> Steps:
    """Less is better: orange from `bound` on, red from `bad` on."""
    return Steps(GOOD, ((bound, WARNING), (bad, BAD)))


def good_above(bad: float, bound: float) -> Steps:
    """More is better: red below `bad`, orange below `bound`."""
    return Steps(BAD, ((bad, WARNING), (bound, GOOD)))


def figure(title: str, description: str, unit: str, query: Query, steps: Steps = NO_STEPS) -> stat.Panel:
    """One number, large, on the colour of its state."""
    panel = _figures(stat.Panel(), title, description, unit, [query], _judging(steps))
    return (
        panel.color_mode(common.BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(common.BigValueGraphMode.NONE)
        .justify_mode(common.BigValueJustifyMode.CENTER)
    )


def average(title: str, description: str, unit: str, query: Query) -> stat.Panel:
    """One number, the mean of a line over the time range, before that line."""
    return (
        _panel(stat.Panel(), title, description)
        .unit(unit)
        .with_target(_line(query, 0))
        .thresholds(_judging(NO_STEPS))
        .reduce_options(ReduceDataOptions().calcs(["mean"]))
        .color_mode(common.BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(common.BigValueGraphMode.AREA)
        .justify_mode(common.BigValueJustifyMode.CENTER)
        .no_value("no data")
    )


def comparison(title: str, description: str, unit: str, *queries: Query, steps: Steps = NO_STEPS) -> stat.Panel:
    """Numbers beside each other, each with its name."""
    return (
        _figures(stat.Panel(), title, description, unit, queries, _judging(steps))
        .color_mode(common.BigValueColorMode.VALUE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(common.BigValueTextMode.VALUE_AND_NAME)
    )


def bars(title: str, description: str, unit: str, *queries: Query) -> bargauge.Panel:
    """A bar for each series, over the time range of the board."""
    return (
        _figures(bargauge.Panel(), title, description, unit, queries, _thresholds([(None, NEUTRAL)]))
        .display_mode(common.BarGaugeDisplayMode.GRADIENT)
        .orientation(common.VizOrientation.HORIZONTAL)
        .min(0)
    )


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    limit: float | None = None,
    room: float | None = None,
    colours: Mapping[str, str] = {},
    empty: str = "no data",
) -> timeseries.Panel:
    """A line for each series; `limit` draws the objective across them, in the colour of figures that miss it.

    The axis reaches at least to `room`, else to the limit. `empty` is what is written where there is no line.
    """
    panel = _graph(title, description, unit, queries, colours, empty).fill_opacity(6)
    reach = room or limit or _ROOM.get(unit)
    if reach is not None:
        panel = panel.axis_soft_max(reach)
    if limit is None:
        return panel
    steps = _thresholds([(None, "transparent"), (limit, WARNING)])
    dashed = GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds(steps).thresholds_style(dashed)


def stack(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    across: Query | None = None,
    colours: Mapping[str, str] = {},
    empty: str = "none",
) -> timeseries.Panel:
    """Areas on top of each other, which add up; `across` is a line over them that is no part of the sum.

    They have no edges, for that of a series at 0 would lie on the sum.
    """
    stacked = StackingConfig().mode(common.StackingMode.NORMAL).group("A")
    every = queries if across is None else (*queries, across)
    panel = _graph(title, description, unit, every, colours, empty).fill_opacity(60).line_width(0).stacking(stacked)
    if across is None:
        return panel
    apart = {"stacking": {"mode": "none"}, "fillOpacity": 0, "lineWidth": 2}
    own = [dashboard.DynamicConfigValue(id_val=f"custom.{name}", value=value) for name, value in apart.items()]
    return panel.override_by_name(across.legend, [_fixed("text"), *own])


def spread(title: str, description: str, unit: str, query: Query, empty: str = "none") -> heatmap.Panel:
    """How a histogram's samples are spread over its buckets, as time goes on; the points are exemplars."""
    target = _query(query, 0).range().exemplar(True).format(prometheus.PromQueryFormat.HEATMAP).legend_format("{{le}}")
    colour = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64).exponent(0.5)
    return (
        _panel(heatmap.Panel(), title, description)
        .unit(unit)
        .with_target(target)
        .calculate(False)
        .color(colour)
        .y_axis(heatmap.YAxisConfig().unit(unit).axis_placement(common.AxisPlacement.LEFT))
        .filter_values(heatmap.FilterValueRange().le(1e-9))
        .tooltip(heatmap.HeatmapTooltip().mode(common.TooltipDisplayMode.SINGLE).y_histogram(True))
        .exemplars_color("rgba(255,0,255,0.5)")
        .cell_gap(1)
        .no_value(empty)
    )


def ranking(title: str, description: str, unit: str, query: Query, figure_name: str) -> table.Panel:
    """A row for each series, its labels as columns, the largest first."""
    target = _instant(query, 0).format(prometheus.PromQueryFormat.TABLE)
    tidy = dashboard.DataTransformerConfig(
        id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": {"Value": figure_name}}
    )
    return (
        _panel(table.Panel(), title, description)
        .unit(unit)
        .with_target(target)
        .with_transformation(tidy)
        .sort_by([_descending(figure_name)])
        .no_value("none")
    )


def leading_to(name: str, title: str, panel: _Any) -> _Any:
    """A panel whose corner leads to another board, `voicetap-{name}`, for the same time and choice."""
    url = f"/d/voicetap-{name}?${{__url_time_range}}&${{__all_variables}}"
    return panel.links([DashboardLink(title).type(dashboard.DashboardLinkType.LINK).url(url)])


def _panel(panel: _Any, title: str, description: str) -> _Any:
    return panel.title(title).description(description).datasource(DATASOURCE)


def _figures(
    panel: _Figures, title: str, description: str, unit: str, queries: Iterable[Query], colours: ThresholdsConfig
) -> _Figures:
    panel = _panel(panel, title, description).unit(unit).thresholds(colours).no_value("no data")
    if unit in _DECIMALS:
        panel = panel.decimals(_DECIMALS[unit])
    for number, query in enumerate(queries):
        panel = panel.with_target(_instant(query, number))
    by_value = FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS)
    return panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"])).color_scheme(by_value)


def _graph(
    title: str, description: str, unit: str, queries: Iterable[Query], colours: Mapping[str, str], empty: str
) -> timeseries.Panel:
    legend = VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    tooltip = VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    panel = _panel(timeseries.Panel(), title, description).unit(unit).min(0).no_value(empty)
    for number, query in enumerate(queries):
        panel = panel.with_target(_line(query, number))
    for name, colour in colours.items():
        panel = panel.override_by_name(name, [_fixed(colour)])
    return (
        panel.line_width(2)
        .show_points(common.VisibilityMode.AUTO)
        .legend(legend.placement(common.LegendPlacement.BOTTOM))
        .tooltip(tooltip)
    )


def _line(query: Query, number: int) -> Dataquery:
    """With exemplars where the axis is theirs: those of a counter are 1, and would be drawn there on any axis."""
    return _query(query, number).range().exemplar(query.promql.startswith("histogram_quantile("))


def _instant(query: Query, number: int) -> Dataquery:
    return _query(query, number).instant()


def _query(query: Query, number: int) -> Dataquery:
    return (
        Dataquery()
        .ref_id(chr(ord("A") + number))
        .datasource(DATASOURCE)
        .expr(query.promql)
        .legend_format(query.legend or "__auto")
        .editor_mode(prometheus.QueryEditorMode.CODE)
    )


def _judging(steps: Steps) -> ThresholdsConfig:
    """What has no value has the colour of what is below all bounds; nothing that is shown is below 0."""
    return _thresholds([(None, UNKNOWN), (0.0, steps.bottom), *steps.above])


def _thresholds(bounds: Sequence[tuple[float | None, str]]) -> ThresholdsConfig:
    return (
        ThresholdsConfig()
        .mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value=value, color=colour) for value, colour in bounds])
    )


def _fixed(colour: str) -> dashboard.DynamicConfigValue:
    return dashboard.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour})


def _descending(column: str) -> TableSortByFieldState:
    return TableSortByFieldState().display_name(column).desc(True)

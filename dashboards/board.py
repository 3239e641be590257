"""A board: rows of panels, laid out from left to right, with what all boards have in common."""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, DashboardLink, QueryVariable
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, DashboardLinkType, GridPos

from voicetap.signals.names import BUILD_INFO

from . import variables
from .foreign import PROCESS_START
from .panels import AnyPanel
from .promql import selector

TAG = "voicetap"
"""By which boards find each other."""
WIDTH = 24
"""Of Grafana's grid."""
HEIGHTS = {"stat": 4}
HEIGHT = 8

_CHOSEN = ('job=~"$job"', 'instance=~"$instance"')


class Place(NamedTuple):
    """A panel, and how much of the row it takes."""

    width: int
    panel: AnyPanel


class Row(NamedTuple):
    """Panels that answer one question, which is its title."""

    title: str
    places: tuple[Place, ...]


def row(title: str, *panels: AnyPanel, widths: Sequence[int] = ()) -> Row:
    """Panels of equal width, or of these, which add up to a multiple of WIDTH."""
    widths = widths or [WIDTH // len(panels)] * len(panels)
    if sum(widths) % WIDTH or len(widths) != len(panels):
        raise ValueError(f"the panels of {title!r} do not fill whole lines")
    return Row(title, tuple(Place(*each) for each in zip(widths, panels, strict=True)))


def board(name: str, title: str, description: str, *rows: Row, choices: Sequence[QueryVariable] = ()) -> Dashboard:
    """Put it together; `choices` come after the variables that all boards have. Its uid is `voicetap-{name}`."""
    built = (
        dashboard.Dashboard(f"voicetap / {title}")
        .uid(f"voicetap-{name}")
        .description(description)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .time("now-1h", "now")
        .refresh("30s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_other_boards())
        .annotation(_starts())
        .annotation(_alerts())
    )
    for variable in (variables.datasource(), variables.job(), variables.instance(), variables.model(), *choices):
        built = built.with_variable(variable)
    top = 0
    for each in rows:
        built = built.with_row(
            dashboard.Row(each.title).id(_id(f"row {each.title}")).grid_pos(GridPos(1, WIDTH, 0, top))
        )
        top += 1
        left = height = 0
        for width, builder in each.places:
            if left == WIDTH:
                left, top = 0, top + height
            panel = builder.build()
            height = HEIGHTS.get(panel.type_val, HEIGHT)
            assert panel.title is not None
            place = GridPos(height, width, left, top)
            built = built.with_panel(builder.id(_id(panel.title)).grid_pos(place))
            left += width
        top += height
    return built.build()


def _id(title: str) -> int:
    """Of a panel: links to it hold as long as its title does."""
    return crc32(title.encode()) % 1_000_000 + 1


def _other_boards() -> DashboardLink:
    return (
        DashboardLink("voicetap")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .include_vars(True)
        .keep_time(True)
        .icon("external link")
        .tooltip("The other boards, for the same time and choice")
    )


def _starts() -> AnnotationQuery:
    return (
        AnnotationQuery()
        .name("Starts of voicetap")
        .datasource(variables.DATASOURCE)
        .enable(True)
        .icon_color("blue")
        .expr(f"{selector(PROCESS_START, *_CHOSEN)} * 1000\n  and on (job, instance) {selector(BUILD_INFO, *_CHOSEN)}")
        .use_value_for_time(True)
        .title_format("voicetap started")
        .text_format("{{instance}}")
    )


def _alerts() -> AnnotationQuery:
    return (
        AnnotationQuery()
        .name("Alerts")
        .datasource(variables.DATASOURCE)
        .enable(True)
        .icon_color("red")
        .expr('ALERTS{alertname=~"Voicetap.*", alertstate="firing", job=~"$job"}')
        .title_format("{{alertname}}")
        .text_format("{{severity}} {{transcription_model}}{{model}}")
    )

"""Draws boards from a Prometheus: `python -m dashboards.pictures --prometheus http://127.0.0.1:9090`."""

import argparse
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from . import composition, files, reading, sheet
from .asking import Prometheus
from .gathering import Time
from .reading import Unknown
from .theme import THEMES

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_IMAGES = Path("docs/images")


def main() -> int:
    """Return the exit status."""
    options = _parser().parse_args()
    end = int(options.end.timestamp()) if options.end else int(time.time())
    span = Time(end - options.range, end, options.scrape_interval)
    source = Prometheus(options.prometheus)
    themes = [theme for theme in THEMES.values() if options.theme in (theme.name, "both")]
    options.out.mkdir(parents=True, exist_ok=True)
    drawn: dict[tuple[str, str], Image.Image] = {}
    try:
        for name in options.board or reading.names():
            board = reading.read(name)
            answered = composition.answers(source, board, span, exemplars=options.exemplars)
            for theme in themes:
                picture = drawn[name, theme.name] = composition.draw(board, answered, span, theme, options.scale)
                print(
                    files.save(picture, theme, options.out / f"board-{name.removeprefix('voicetap-')}-{theme.name}.png")
                )
        if options.sheet:
            pictures = [drawn[name, themes[0].name] for name in sheet.ordered({name for name, _ in drawn})]
            print(files.save(sheet.draw(pictures, themes[0]), themes[0], options.out / "boards.png"))
    except (OSError, Unknown, ValueError) as problem:
        print(f"pictures: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboards.pictures", description=__doc__)
    add = parser.add_argument
    add("--prometheus", default="http://127.0.0.1:9090", help="its URL (default: %(default)s)")
    add("--board", action="append", help="a board's uid, and again for more (default: all)", choices=reading.names())
    add("--range", type=_duration, default="1h", help="how long the time range is: 15m, 1h, 7d (default: %(default)s)")
    add("--end", type=_moment, help="where it ends: ISO 8601, in UTC unless it says otherwise (default: now)")
    add("--scrape-interval", type=_duration, default="15s", help="as the data source has it (default: %(default)s)")
    add("--theme", choices=[*THEMES, "both"], default="dark", help="default: %(default)s")
    add("--exemplars", action="store_true", help="draw those of queries that ask for them")
    add("--sheet", action="store_true", help="draw a picture of all boards too, boards.png, in the first theme")
    add("--scale", type=float, default=2.0, help="dots to the pixel (default: %(default)s)")
    add("--out", type=Path, default=_IMAGES, help="the directory for board-NAME-THEME.png (default: %(default)s)")
    return parser


def _duration(text: str) -> int:
    """Seconds."""
    found = re.fullmatch(r"([1-9][0-9]*)([smhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is no duration like 15m")
    return int(found[1]) * _SECONDS[found[2]]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())

"""Figures with their units, written as Grafana writes them where a board does not choose the number of decimals."""

import math
import re
from collections.abc import Callable
from typing import NamedTuple

_TIMES = (
    (1e-6, 1e-9, "ns"),
    (1e-3, 1e-6, "µs"),
    (1, 1e-3, "ms"),
    (60, 1, "s"),
    (3600, 60, "min"),
    (86400, 3600, "hour"),
    (604800, 86400, "day"),
    (31536000, 604800, "week"),
)
"""Seconds below which a unit is used, its seconds, its name."""
_YEAR = 31556900
_GROUPED = "locale"
_THOUSAND = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_SI = ("", "k", "M", "G", "T", "P")
_IEC = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


class Written(NamedTuple):
    """A figure; Grafana draws the last part smaller."""

    sign: str
    number: str
    unit: str

    def __str__(self) -> str:
        return "".join(self)


class _Scaled(NamedTuple):
    """A figure before it is written."""

    sign: str
    value: float
    unit: str


class UnknownUnit(ValueError):
    """A unit that no board has used so far."""


def written(value: float, unit: str, decimals: int | None = None) -> Written:
    """The figure in a unit of Grafana's, by its id, with so many decimals. Raises UnknownUnit."""
    if unit not in _UNITS:
        raise UnknownUnit(f"the unit {unit}: add it to {__name__}")
    scaled = _UNITS[unit](value)
    whole, *decimals_of = number(scaled.value, decimals).split(".")
    whole = _THOUSAND.sub(",", whole) if unit == _GROUPED else whole
    return Written(scaled.sign, ".".join([whole, *decimals_of]), scaled.unit)


def number(value: float, decimals: int | None = None) -> str:
    """With so many decimals; else three digits that say something, what is left of the point, no zeros at the end."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if decimals is not None:
        return _rounded(value, decimals)
    if value == int(value):
        return str(int(value))
    text = _rounded(value, max(0, 2 - math.floor(math.log10(abs(value)))))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: float, decimals: int) -> str:
    """Half away from zero, as browsers round."""
    # The addend makes up for 1.005 being a little less than that.
    size = math.floor(abs(value) * 10**decimals + 0.5 + 1e-9) / 10**decimals
    return f"{math.copysign(size, value) if size else 0:.{decimals}f}"


def _plain(value: float) -> _Scaled:
    return _Scaled("", value, "")


def _percent(value: float) -> _Scaled:
    # 0.145 * 100 is 14.499999999999998.
    return _Scaled("", round(value * 100, 12), "%")


def _seconds(value: float) -> _Scaled:
    if value == 0 or not math.isfinite(value):
        return _Scaled("", value, " s")
    for below, size, unit in _TIMES:
        if abs(value) < below:
            return _Scaled("", round(value / size, 9), f" {unit}")
    return _Scaled("", value / _YEAR, " year")


def _scaled(factor: int, names: tuple[str, ...], sign: str = "") -> Callable[[float], _Scaled]:
    def write(value: float) -> _Scaled:
        power = 0 if value == 0 or not math.isfinite(value) else math.floor(math.log(abs(value), factor) + 1e-12)
        power = min(max(power, 0), len(names) - 1)
        return _Scaled(sign, value / factor**power, names[power])

    return write


def _measured(factor: int, prefixes: tuple[str, ...], unit: str) -> Callable[[float], _Scaled]:
    return _scaled(factor, tuple(f" {prefix}{unit}" for prefix in prefixes))


def _counted(what: str) -> Callable[[float], _Scaled]:
    return _scaled(1000, tuple(f"{prefix} {what}" for prefix in ("", "K", "M", "B", "T")))


_UNITS: dict[str, Callable[[float], _Scaled]] = {
    "none": _plain,
    _GROUPED: _plain,
    "short": _scaled(1000, ("", " K", " Mil", " Bil", " Tri")),
    "percentunit": _percent,
    "s": _seconds,
    "currencyUSD": _scaled(1000, ("", "K", "M", "B", "T"), sign="$"),
    "bytes": _measured(1024, _IEC, "B"),
    "decbytes": _measured(1000, _SI, "B"),
    "Bps": _measured(1000, _SI, "B/s"),
    "binBps": _measured(1024, _IEC, "B/s"),
    "reqps": _counted("req/s"),
    "ops": _counted("ops/s"),
    "eps": _counted("evt/s"),
}
BINARY = frozenset({"bytes", "binBps"})
"""Whose axes count in powers of two."""

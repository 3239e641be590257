"""What is true of a load: accounts of both windows and of each instance, and what gauges should say at the end."""

from collections.abc import Iterable
from dataclasses import dataclass

from load.account import together
from load.between import Between, Table, exactly
from load.expected import Expected
from load.held import HELD
from load.run import OWN_DELAY_S, Load, Window
from support.prometheus import INTERVAL, Prometheus


@dataclass(frozen=True)
class Truth:
    """By script alone, but for how late the machine was with it."""

    load: Load
    now: Expected
    before: Expected
    apart: dict[str, Expected]
    """The same as `now`, of each instance by itself."""
    slack: float
    """By how much what adds up times may be off, in seconds."""

    @property
    def window(self) -> Window:
        """Now."""
        return self.load.window

    def held(self, *by: str) -> Table:
        """Sessions that are open at the end, by `model` or `instance`."""
        table = Table()
        for one in HELD.values():
            named = {"model": one.settings.model, "instance": self.load.instances[one.instance]}
            table += Table({tuple(named[name] for name in by): exactly(1)})
        return table

    def open_on_average(self, *by: str) -> Table:
        """Sessions over the window. Each is seen only when it is scraped: that tells its length to one interval."""
        table = Table()
        for key, samples in self.now.account.seen("sessions_active", by).items():
            lasted = [Between(max(0.0, low - INTERVAL), high + INTERVAL) for low, high in samples]
            table += Table({key: sum(lasted, exactly(0.0))})
        return table / self.window.seconds + self.held(*by)


def truth_of(load: Load) -> Truth:
    """All that is known of a load that is over."""
    slack = load.lateness + OWN_DELAY_S
    now = _extrapolations(load.prometheus, load.window)
    earlier = Window(load.window.end - load.window.seconds, load.window.seconds)
    before = _extrapolations(load.prometheus, earlier)
    seconds = load.window.seconds
    return Truth(
        load,
        Expected(together(load.now), seconds, _widest(now.values()), slack),
        Expected(together(load.before), seconds, _widest(before.values()), slack),
        {
            instance: Expected(account, seconds, now[instance], slack)
            for instance, account in zip(load.instances, load.now, strict=True)
        },
        slack,
    )


def _extrapolations(prometheus: Prometheus, window: Window) -> dict[str, Between]:
    """By what `increase` multiplies what it sees, for each instance: its first and last sample lie within the window.

    Towards the end it assumes that things went on as before; towards the beginning as well, unless the counter was at 0
    by then. Up to 1.1 intervals it extrapolates all of that, else half an interval (promql/functions.go,
    extrapolatedRate).
    """
    factors = {}
    for series in prometheus.ask("query", query=f"up[{window.seconds}s]", time=window.end)["result"]:
        times = [at for at, _ in series["values"]]
        seen = times[-1] - times[0]
        interval = seen / (len(times) - 1)

        def missing(gap: float, interval: float = interval) -> float:
            return gap if gap < 1.1 * interval else interval / 2

        at_end = missing(window.end - times[-1])
        at_start = missing(times[0] - (window.end - window.seconds))
        factors[series["metric"]["instance"]] = Between(1 + at_end / seen, 1 + (at_end + at_start) / seen)
    return factors


def _widest(factors: Iterable[Between]) -> Between:
    found = list(factors)
    return Between(min(one.low for one in found), max(one.high for one in found))

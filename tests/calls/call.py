"""One call from the upgrade to the end: puts the world together, and lets it run."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from calls.agenda import Agenda, Process
from calls.caller import Caller
from calls.client import Client
from calls.history import History
from calls.microphone import Microphone
from calls.playback import Playback
from calls.server import Server
from calls.settings import Settings
from calls.voice import Media
from calls.wire import Proxy, Recording

Script: TypeAlias = Callable[["Call"], Process]

PING_EVERY_MS = 20_260.0


class Call:
    """The world. A script is what caller and client do in it."""

    def __init__(self, settings: Settings, seed: int = 0) -> None:
        query = "call_id=rtc_1" if settings.sideband else f"model={settings.model}"
        self.settings = settings
        self.random = Random(seed)
        self.agenda = Agenda()
        self.history = History()
        self.recording = Recording(f"/v1/realtime?{query}", settings)
        self.proxy = Proxy(self.agenda, settings, self.random, self.recording)
        self.caller = Caller(self)
        self.microphone = Microphone(self)
        self.client = Client(self)
        self.server = Server(self)
        self.proxy.on_client_event = self.server.receive
        self.proxy.on_server_event = self.client.receive

    @property
    def quiet(self) -> bool:
        """Nobody speaks, works, or waits, on either side."""
        unsettled = self.settings.acknowledges and any(t.outcome == "unanswered" for t in self.history.truncations)
        talking = self.caller.speaking or (self.caller.unheard and self.settings.turn_detection)
        return self.client.quiet and not self.server.busy and not talking and not unsettled

    @property
    def audible(self) -> Playback | None:
        """What the caller hears now, or is about to."""
        if isinstance(self.server.voice, Media):
            return self.server.voice.audible
        playing = [a.playback for a in self.client.answers if a.playback and a.playing(self.agenda.now)]
        return playing[-1] if playing else None

    @property
    def lateness_ms(self) -> float:
        """How much later than its capture audio may seem to have been appended, at most.

        Without the appends, on a sideband, all is late that lies between the voice and the word of its end.
        """
        settings = self.settings
        late = (settings.burst - 1) * settings.chunk_ms + settings.append_jitter_ms
        if not settings.sideband:
            return late
        return late + settings.chunk_ms + settings.uplink_ms + settings.downlink_ms + 2 * settings.network_jitter_ms

    def run(self, script: Script) -> "Call":
        """To the end."""
        self.agenda.start(self.server.begin())
        self.agenda.start(self._ping())
        self.agenda.start(self._go(script))
        self.agenda.run()
        return self

    def client_closes(self, code: int | None = 1000, reason: str = "") -> None:
        """A Close frame, and the server's after it."""
        self._closes("client", "server", code, reason, self.settings.uplink_ms + self.settings.downlink_ms)

    def server_closes(self, code: int | None, reason: str) -> None:
        """A Close frame after all that was sent, and the client's after it."""
        self.proxy.last_arrives(lambda now: self._closes("server", "client", code, reason, 0.0))

    def vanishes(self, side: str | None) -> None:
        """The connection ends without a Close frame; None: only the recording ends."""
        if side:
            self.history.close = {"code": 1006, "reason": "", "by": side}
            self.proxy.seen(side, {"close": {"code": 1006, "reason": ""}})
        self.agenda.over = True

    def _closes(self, first: str, second: str, code: int | None, reason: str, after_ms: float) -> None:
        content = {"close": {"code": code, "reason": reason}}
        self.history.close = {"code": code, "reason": reason, "by": first}
        self.proxy.seen(first, content)
        self.proxy.closed_by = first

        def echo() -> None:
            self.proxy.seen(second, content)
            self.agenda.over = True

        self.agenda.after(after_ms, echo)

    def _go(self, script: Script) -> Process:
        if self.settings.sideband:
            yield 20.0
            self.client.configures()
        yield lambda: self.client.ready
        if self.settings.turn_detection and not self.settings.muted_between_turns:
            self.microphone.open()
        yield from script(self)
        if self.history.close is None and not self.agenda.over:
            yield from self.caller.waits_for_quiet()
            yield lambda: not self.server.transcriber.working
            yield 500.0
            self.client_closes()

    def _ping(self) -> Process:
        while not self.agenda.over:
            yield PING_EVERY_MS
            self.proxy.seen("server", {"ping": 4})
            self.proxy.seen("client", {"pong": 4})

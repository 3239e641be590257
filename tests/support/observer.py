"""Observers for the relay's tests: one that keeps everything it is told, one that fails at everything."""

from voicetap.chunks import Chunk, Ending, Handshake, HttpExchange, Side, UpgradeRequest


class RecordedTap:
    """All that was told of one upgrade request."""

    def __init__(self, request: UpgradeRequest) -> None:
        self.request = request
        self.handshakes: list[Handshake] = []
        self.chunks: list[Chunk] = []
        self.endings: list[Ending] = []

    @property
    def outcomes(self) -> list[str]:
        """Of the handshakes: always one, in the end."""
        return [handshake.outcome for handshake in self.handshakes]

    @property
    def ends(self) -> list[tuple[Side | None, bool]]:
        """By whom, and whether it was a reset: always one, in the end."""
        return [(ending.by, ending.reset) for ending in self.endings]

    def sent_by(self, side: Side) -> bytes:
        """That side's bytes, put together again."""
        return b"".join(chunk.data for chunk in self.chunks if chunk.sender is side)

    def answered(self, handshake: Handshake) -> None:
        """Told by the relay."""
        self.handshakes.append(handshake)

    def chunk(self, chunk: Chunk) -> None:
        """Told by the relay."""
        self.chunks.append(chunk)

    def closed(self, ending: Ending) -> None:
        """Told by the relay."""
        self.endings.append(ending)


class RecordingObserver:
    """All that was told."""

    def __init__(self) -> None:
        self.taps: list[RecordedTap] = []
        self.exchanges: list[HttpExchange] = []

    def upgrade(self, request: UpgradeRequest) -> RecordedTap:
        """Told by the relay."""
        self.taps.append(RecordedTap(request))
        return self.taps[-1]

    def http(self, exchange: HttpExchange) -> None:
        """Told by the relay."""
        self.exchanges.append(exchange)


class FailingTap:
    """Raises at the call that is named."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at

    def answered(self, handshake: Handshake) -> None:
        """Told by the relay."""
        self._told("answered")

    def chunk(self, chunk: Chunk) -> None:
        """Told by the relay."""
        self._told("chunk")

    def closed(self, ending: Ending) -> None:
        """Told by the relay."""
        self._told("closed")

    def _told(self, call: str) -> None:
        if call == self._fails_at:
            raise RuntimeError(call)


class FailingObserver:
    """Raises at the call that is named, its taps' calls included."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at

    def upgrade(self, request: UpgradeRequest) -> FailingTap:
        """Told by the relay."""
        if self._fails_at == "upgrade":
            raise RuntimeError("upgrade")
        return FailingTap(self._fails_at)

    def http(self, exchange: HttpExchange) -> None:
        """Told by the relay."""
        if self._fails_at == "http":
            raise RuntimeError("http")

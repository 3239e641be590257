"""A dialogue whose facts become samples."""

from voicetap.facts import Fact, Sink
from voicetap.prices import Price, PriceTable
from voicetap.session import Session

from .dialogue import MODEL, OPENED_AT, TARGET, TRANSCRIBER, Dialogue

PRICES = PriceTable(
    "a made-up one",
    "2026-11-21",
    {
        MODEL: Price(input_text=4, input_text_cached=0.5, input_audio=32, output_text=16, output_audio=64),
        TRANSCRIBER: Price(input_audio=6, output_text=10),
    },
)


class Metered(Dialogue):
    """It tells a sink of everything, and knows what things cost."""

    def __init__(self, sink: Sink, target: str = TARGET) -> None:
        super().__init__(target)
        self._session = Session(target, OPENED_AT, prices=PRICES)
        self._sink = sink

    def tell(self, *facts: Fact) -> None:
        """What does not come from the conversation."""
        for fact in facts:
            self._sink.receive(fact)

    def _keep(self, facts: list[Fact]) -> list[Fact]:
        self.tell(*facts)
        return super()._keep(facts)

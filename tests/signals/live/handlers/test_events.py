"""The events as such, whether or not they make sense."""

from support.viewed import Viewed, script
from support.viewed_calls import begun
from voicetap.chunks import Side
from voicetap.signals.live import Trouble

PRIVATE = "the number of my card"


def senseless() -> Viewed:
    call = begun()
    for _ in range(3):
        call.raw(Side.CLIENT, {"type": "x.y"})
        call.raw(Side.CLIENT, "{")
        call.done("resp_9")
        call.wait(0.1)
    call.wait(1)
    call.raw(Side.CLIENT, {"type": f"I say {PRIVATE}"})
    return call


def test_what_makes_no_sense_is_told_once_a_second() -> None:
    call = senseless()
    assert call.timeline() == script(
        """
        response 1000-1000 'unknown' completed
          response_id=resp_9
        * unknown 1000 'x.y' info
          sender=client count=3
        * malformed 1000 'json' warning
          sender=client count=3
        * surprise 1000 'unknown_id' info
          type=response.done detail=response: done while absent
        * surprise 1100 'order' info
          type=response.done detail=response: done while done count=2
        * unknown 2300 'elided' info
          sender=client
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000-1200 client x.y x3 (unknown)
        3 1000-1200 client malformed x3 (malformed: json)
        4 1000 server response.done
        5 1100 server response.done
        6 1200 server response.done
        7 2300 client elided (unknown)
        """
    )
    troubles = [Trouble("malformed", 3), Trouble("surprise", 3), Trouble("unknown", 4)]
    assert call.page.summary.troubles == troubles

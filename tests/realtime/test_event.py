from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import Event, decode
from voicetap.realtime.server import OutputAudioDelta


def test_an_event_knows_its_type_as_it_was_on_the_wire_and_the_model_of_its_meaning() -> None:
    ga, beta = (
        decode(Side.SERVER, message({"type": name, "item_id": "item_A"}))
        for name in ("response.output_audio.delta", "response.audio.delta")
    )
    assert isinstance(ga, OutputAudioDelta)
    assert isinstance(beta, OutputAudioDelta)
    assert (ga.type, beta.type) == ("response.output_audio.delta", "response.audio.delta")
    assert ga.model is beta.model is OutputAudioDelta
    assert (ga.sender, ga.whole, ga.item_id) == (Side.SERVER, True, "item_A")


def test_fields_of_the_message_cannot_pose_as_what_the_class_knows() -> None:
    event = decode(Side.CLIENT, message({"type": "session.close", "whole": False, "sender": "server", "model": 1}))
    assert isinstance(event, Event)
    assert (event.type, event.sender, event.whole, event.model) == ("session.close", Side.CLIENT, True, Event)

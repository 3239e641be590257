from voicetap.simulator.audio import PCM, silence, voice
from voicetap.simulator.vad import Moment, SpeechStarted, SpeechStopped, VoiceActivity


def detector(position_ms: int = 0) -> VoiceActivity:
    return VoiceActivity(PCM, threshold=0.5, prefix_padding_ms=300, silence_duration_ms=200, position_ms=position_ms)


def test_speech_starts_before_it_is_loud_and_stops_after_it_is_quiet() -> None:
    found = detector().hear(silence(1000) + voice(600) + silence(300))
    assert found == [SpeechStarted(700), SpeechStopped(1800)]


def test_the_padding_does_not_reach_before_the_beginning() -> None:
    assert detector().hear(voice(100)) == [SpeechStarted(0)]


def test_a_pause_shorter_than_the_silence_ends_nothing() -> None:
    found = detector().hear(voice(200) + silence(180) + voice(200) + silence(200))
    assert found == [SpeechStarted(0), SpeechStopped(780)]


def test_the_pieces_that_audio_comes_in_make_no_difference() -> None:
    audio = silence(500) + voice(300) + silence(400) + voice(100) + silence(400)
    pieces = (audio[start : start + 1000] for start in range(0, len(audio), 1000))
    listening = detector()
    found: list[Moment] = [moment for piece in pieces for moment in listening.hear(piece)]
    assert found == detector().hear(audio)
    assert found == [SpeechStarted(200), SpeechStopped(1000), SpeechStarted(900), SpeechStopped(1500)]


def test_a_murmur_below_the_threshold_is_no_speech() -> None:
    murmur = (100).to_bytes(2, "little") * 24 * 500
    assert detector().hear(murmur) == []


def test_positions_go_on_from_what_was_written_before() -> None:
    assert detector(position_ms=5000).hear(voice(20)) == [SpeechStarted(4700)]


def test_speech_that_was_committed_while_it_went_on_starts_anew() -> None:
    listening = detector()
    listening.hear(voice(400))
    listening.forget()
    assert listening.hear(voice(20)) == [SpeechStarted(100)]

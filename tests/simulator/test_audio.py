import pytest

from voicetap.simulator.audio import PCM, PCMA, PCMU, Format, loudness, silence, voice


@pytest.mark.parametrize(("form", "bytes_per_ms"), [(PCM, 48), (PCMU, 8), (PCMA, 8)])
def test_bytes_per_millisecond(form: Format, bytes_per_ms: int) -> None:
    assert form.bytes_per_ms == bytes_per_ms
    assert len(voice(50, form)) == len(silence(50, form)) == 50 * bytes_per_ms


@pytest.mark.parametrize("form", [PCM, PCMU, PCMA])
def test_a_voice_is_as_loud_in_every_format(form: Format) -> None:
    assert loudness(voice(100, form), form) == pytest.approx(9000 / 2**0.5, rel=0.03)


@pytest.mark.parametrize("form", [PCM, PCMU, PCMA])
def test_silence_is_silent(form: Format) -> None:
    assert loudness(silence(20, form), form) <= 8
    assert loudness(b"", form) == 0


@pytest.mark.parametrize(("code", "sample"), [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xEF, 132)])
def test_mu_law_as_g711_has_it(code: int, sample: int) -> None:
    assert loudness(bytes([code]), PCMU) == abs(sample)


@pytest.mark.parametrize(("code", "sample"), [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xC5, 264)])
def test_a_law_as_g711_has_it(code: int, sample: int) -> None:
    assert loudness(bytes([code]), PCMA) == abs(sample)


def test_pieces_of_a_voice_fit_together() -> None:
    assert voice(50) + voice(50) == voice(100)


def test_half_a_sample_is_left_out() -> None:
    assert loudness(b"\x00\x40\x00", PCM) == 0x4000

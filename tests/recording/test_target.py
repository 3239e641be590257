"""The request target without what may be a credential."""

import pytest

from support.secrets import CREDENTIALS
from voicetap.recording import harmless_target


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("/v1/realtime?model=gpt-realtime", ...),
        ("/v1/realtime?call_id=rtc_u1_9c6574da8b8a41a18da9308f4ad974ce", ...),
        ("/openai/realtime?api-version=2025-04-01-preview&deployment=my-4o", ...),
        ("/v1/realtime?model=a%2Fb&voice=ara&temperature=0.8&intent=transcription&agent-id=x", ...),
        ("/v1/realtime", ...),
        ("/v1/realtime?", ...),
        ("/v1/realtime?model=m&api-key=abc&model=n", "/v1/realtime?model=m&elided=elided&model=n"),
        ("/v1/realtime?model=what I said", "/v1/realtime?model=elided"),
        ("/v1/realtime?hunter2", "/v1/realtime?elided=elided"),
        ("/v1/real time/hunter 2", "/v1/elided/elided"),
        ("/v1/realtime?model=sk%2Dabc123def456&voice=jan%40example.com", "/v1/realtime?model=elided&voice=elided"),
        (
            "/v1/realtime?model=tell%20me%20of&voice=a+b&intent=%2573k-abc",
            "/v1/realtime?model=elided&voice=elided&intent=elided",
        ),
        ("/users/jan%40example.com/My%20name/%73k-proj-abc123/x", "/users/elided/elided/elided/x"),
        ("/key/3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c/call/15551234567", "/key/elided/call/elided"),
        ("/" + "a/" * 5000, "/" + "a/" * 999 + "a"),
    ],
)
def test_only_what_is_known_to_be_harmless_is_left(target: str, written: object) -> None:
    assert harmless_target(target) == (target if written is ... else written)


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
def test_no_credential_is_left(credential: str) -> None:
    for target in (f"/v1/{credential}?model={credential}&{credential}", f"/?voice=x{credential}&token={credential}"):
        if "x" + credential not in target or not credential[0].isalnum():
            assert credential not in harmless_target(target)

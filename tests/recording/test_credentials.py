"""What looks like a credential."""

import json
import time

import pytest

from support.secrets import CREDENTIALS
from voicetap.recording.credentials import (
    PUT_INSTEAD,
    key_is_credential,
    name_is_credential,
    without_credentials,
)


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
def test_it_is_found_wherever_it_stands(credential: str) -> None:
    assert name_is_credential(json.dumps(credential).encode())
    for text in (credential, f"my key is {credential}, keep it", f'{{"a":"{credential}"}}', f"realtime,{credential}"):
        assert without_credentials(text) == text.replace(credential, PUT_INSTEAD)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2hunter2",
        "authorization: bearer hunter2",
        "use bearer hunter2-and.so+on",
        "Basic aHVudGVyMjpodW50ZXIy",
        'api-key: "hunter2"',
        "api_key=hunter2&x=1",
        '{"client_secret": "hunter2"}',
        '{\\"access_token\\": \\"hunter2\\"}',
        "password = hunter2",
        "OPENAI_API_KEY=hunter2",
        "wss://host/?token=hunter2",
        "https://me:hunter2@host/path",
        '{\\"pwd\\": \\"hunter2\\"}',
        "passphrase: hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\\nhunter2\\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_it_is_found_by_what_stands_before_it(text: str) -> None:
    without = without_credentials(text)
    assert "hunter2" not in without
    assert "aHVudGVy" not in without
    assert PUT_INSTEAD in without


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I asked for a risk-free token of respect.",
        "The task-force is here, the desk-lamp is off.",
        "basic training, bearer of news",
        "Your secret is safe. The key is under the mat.",
        "item_E6U0wB3eiENYwSnJIBpFN call_abc resp_1 sess_1 conv_1 rtc_u1",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert without_credentials(text) is text


KEYS = """
    client_secret api-key api_key apiKey Authorization headers server_url token access_token password ek_key key
    accessToken subscriptionKey passphrase auth jwt client_sdp ice_servers ice_ufrag credential Set-Cookie
"""


@pytest.mark.parametrize("key", KEYS.split())
def test_keys_of_credentials(key: str) -> None:
    assert key_is_credential(key)


@pytest.mark.parametrize(
    "key",
    [
        "input_tokens",
        "max_output_tokens",
        "token_limits",
        "keywords",
        "transcript",
        "monkey",
        "headline",
        "author",
        "totalTokens",
    ],
)
def test_keys_of_other_things(key: str) -> None:
    assert not key_is_credential(key)


@pytest.mark.parametrize(
    "piece",
    [
        "token",
        "token ",
        "sk-",
        "eyJ",
        "bearer ",
        "api key",
        "secret\\",
        'token"',
        "a.",
        "basic a",
        "AKIA",
        "://",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 32_768)[:32_768] + "token"
    began = time.process_time()
    without_credentials(text)
    assert time.process_time() - began < 0.5

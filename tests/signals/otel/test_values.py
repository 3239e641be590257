from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from voicetap.signals.otel.values import (
    MOST,
    certificates_fault,
    key_fault,
    number_fault,
    target_fault,
    url_fault,
    usable_headers,
    word_fault,
)


@pytest.mark.parametrize("value", ["1", "0016", str(MOST)])
def test_whole_numbers(value: str) -> None:
    assert number_fault(value, 1) is None


@pytest.mark.parametrize("value", ["0", "-1", "+1", "5s", "1.5", "1e3", "٣", "²", str(MOST + 1), "9" * 20, "9" * 5000])
def test_what_is_no_whole_number(value: str) -> None:
    assert number_fault(value, 1) == "is no whole number from 1 to 2147483647"


def test_zero_where_it_means_something() -> None:
    assert number_fault("0", 0) is None


def test_words_have_no_case() -> None:
    assert word_fault("GZip", ("none", "gzip")) is None
    assert word_fault("zstd", ("none", "gzip")) == "is none of none, gzip"


@pytest.mark.parametrize(
    "value", ["http://collector", "https://user:word@collector:4318/a?b=c", "HTTP://[::1]:4318", "http://10.0.0.1/"]
)
def test_urls(value: str) -> None:
    assert url_fault(value) is None
    assert target_fault(value) is None


NO_URLS = ["http://", "http://:4318", "http://a:port", "http://a:99999", "http://a:0", "http://[::1", "ftp://a"]


@pytest.mark.parametrize("value", [*NO_URLS, "collector:4318", "collector", "//collector", "http://a b", "/v1/traces"])
def test_what_is_no_url(value: str) -> None:
    assert url_fault(value) == "is no URL that begins with http:// or https://"


@pytest.mark.parametrize(
    "value", ["collector:4317", "collector", "dns:///collector:4317", "unix:///run/otel", "[::1]:4317"]
)
def test_grpc_has_more_forms(value: str) -> None:
    assert target_fault(value) is None


@pytest.mark.parametrize("value", [*NO_URLS, "collector 4317"])
def test_but_not_any(value: str) -> None:
    assert target_fault(value)


@pytest.fixture(scope="module")
def pair() -> trustme.LeafCert:
    return trustme.CA().issue_cert("collector")


def test_a_file_with_certificates(pair: trustme.LeafCert, tmp_path: Path) -> None:
    path = tmp_path / "both.pem"
    pair.private_key_and_cert_chain_pem.write_to_path(path)
    assert certificates_fault(str(path)) is None
    assert key_fault(str(path)) is None


def test_files_without(pair: trustme.LeafCert, tmp_path: Path) -> None:
    garbage, key = tmp_path / "garbage.pem", tmp_path / "key.pem"
    garbage.write_bytes(b"\x00canary")
    pair.private_key_pem.write_to_path(key)
    for path in (garbage, key, tmp_path / "absent.pem", tmp_path):
        assert certificates_fault(str(path)) == "is no readable file with certificates (PEM)"
    for path in (garbage, tmp_path / "absent.pem", tmp_path):
        assert key_fault(str(path)) == "is no readable file with a private key (PEM, without a passphrase)"


def test_a_key_that_openssl_would_ask_for(pair: trustme.LeafCert, tmp_path: Path) -> None:
    key = load_pem_private_key(pair.private_key_pem.bytes(), None)
    path = tmp_path / "key.pem"
    encryption = BestAvailableEncryption(b"canary")
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    assert key_fault(str(path))


@pytest.mark.parametrize(
    "value",
    [
        "authorization=Bearer%20canary",
        "authorization=Bearer canary",
        "a=b,c=d",
        " a = b , c=d, ",
        "api-key=abc==",
        "a=",
        "x-b3=%7B%22%7D",
        "",
        ",",
    ],
)
def test_headers(value: str, caplog: pytest.LogCaptureFixture) -> None:
    """The SDK has nothing to say of them, with the credentials in it."""
    from opentelemetry.util.re import parse_env_headers

    usable, is_all = usable_headers(value)
    assert is_all
    assert len(parse_env_headers(",".join(usable), liberal=True)) == len(usable)
    assert caplog.messages == []


@pytest.mark.parametrize("part", ["canary", "=canary", "a b=c", 'a="b"', "a=b;c", "a=b%0D%0Ac", "a=%E2%82%AC", "a=é"])
def test_parts_that_are_no_headers(part: str) -> None:
    assert usable_headers(f"a=b,{part},c=d") == (["a=b", "c=d"], False)
    assert usable_headers(part) == ([], False)

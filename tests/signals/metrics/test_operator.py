import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.signals.metrics.operator import OperatorLabel, OperatorLabels, check

TENANT, REGION = ("tenant", b"X-Tenant"), ("region", b"x-region")


def test_without_labels_there_are_no_values() -> None:
    labels = OperatorLabels(())
    assert (labels.names, labels.unknown, labels.values([(b"X-Tenant", b"acme")])) == ((), (), ())


def test_the_values_are_those_of_the_headers_whatever_their_case() -> None:
    labels = OperatorLabels((TENANT, REGION))
    assert labels.names == ("tenant", "region")
    headers = [(b"Host", b"localhost"), (b"x-TENANT", b"acme"), (b"X-Region", b"eu-west 1"), (b"X-Tenant", b"second")]
    assert labels.values(headers) == ("acme", "eu-west 1")


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (None, "unknown"),
        (b"", "unknown"),
        (b"team@example/blue:1", "team@example/blue:1"),
        (b"t" * 65, "t" * 64),
        (b"t" * 1024 * 1024, "t" * 64),
        (b'a"b\\c\nd\x00e\x1b[2Jf', "a_b_c_d_e__2Jf"),
        ("zażółć".encode(), "za________"),
        ("\u202eabc".encode(), "___abc"),
        (b"sk-proj-abcdefgh", "other"),
        (b"Bearer abcdefgh", "other"),
        (b"openai-insecure-api-key.abcdefgh", "other"),
    ],
)
def test_what_is_strange_in_a_label_is_replaced_and_credentials_are_none(sent: bytes | None, value: str) -> None:
    headers = [] if sent is None else [(b"X-Tenant", sent)]
    assert OperatorLabels((TENANT,)).values(headers) == (value,)


def test_the_first_combinations_keep_their_values() -> None:
    labels = OperatorLabels((TENANT, REGION), limit=3)

    def values(tenant: bytes, region: bytes) -> tuple[str, ...]:
        return labels.values([(b"x-tenant", tenant), (b"x-region", region)])

    assert values(b"a", b"eu") == ("a", "eu")
    assert values(b"b", b"eu") == ("b", "eu")
    assert values(b"a", b"us") == ("other", "other")
    assert values(b"c", b"eu") == ("other", "other")
    assert values(b"b", b"eu") == ("b", "eu")
    assert labels.values([]) == labels.unknown == ("unknown", "unknown")


@given(st.lists(st.binary(max_size=100), min_size=60, max_size=200, unique=True))
def test_there_are_never_more_than_fifty_combinations_and_others(sent: list[bytes]) -> None:
    labels = OperatorLabels((TENANT,))
    assert len({labels.values([(b"X-Tenant", value)]) for value in sent} - {("other",)}) <= 50


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ([("a", b"a"), ("b", b"b"), ("c", b"c"), ("d", b"d")], "4 labels; there may be 3"),
        ([("model", b"x-model")], "the label 'model' has a meaning already; choose another name"),
        ([("transcription_model", b"x")], "the label 'transcription_model' has a meaning already; choose another name"),
        ([("job", b"x-job")], "the label 'job' has a meaning already; choose another name"),
        ([("le", b"x-le")], "the label 'le' has a meaning already; choose another name"),
        ([TENANT, ("tenant", b"other")], "the label 'tenant' is there twice"),
        (
            [("2nd", b"x")],
            "'2nd' is no name of a label: letters, digits and _, no digit first, no __ first",
        ),
        (
            [("__x", b"x")],
            "'__x' is no name of a label: letters, digits and _, no digit first, no __ first",
        ),
        (
            [("a\nb", b"x")],
            "'a\\nb' is no name of a label: letters, digits and _, no digit first, no __ first",
        ),
        ([("tenant", b"")], "'' is no name of a header"),
        ([("tenant", b"x tenant")], "'x tenant' is no name of a header"),
        ([("tenant", "ż".encode())], "'Å¼' is no name of a header"),
        ([("key", b"Authorization")], "the header 'Authorization' carries a credential, and may be no label"),
        ([("key", b"api-key")], "the header 'api-key' carries a credential, and may be no label"),
        ([("key", b"cookie")], "the header 'cookie' carries a credential, and may be no label"),
        (
            [("key", b"Sec-WebSocket-Protocol")],
            "the header 'Sec-WebSocket-Protocol' carries a credential, and may be no label",
        ),
    ],
)
def test_what_cannot_be_had_is_said_in_one_line(wanted: list[OperatorLabel], problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        check(wanted)
    assert str(caught.value) == problem
    with pytest.raises(ValueError):
        OperatorLabels(wanted)


def test_three_labels_can_be_had() -> None:
    check([TENANT, REGION, ("App_2", b"x-app")])

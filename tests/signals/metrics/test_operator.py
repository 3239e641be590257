import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.signals.metrics.operator import OperatorLabels, check

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


@given(st.lists(st.binary(max_size=100), min_size=30, max_size=100, unique=True))
def test_there_are_never_more_than_twenty_combinations_and_others(sent: list[bytes]) -> None:
    labels = OperatorLabels((TENANT,))
    assert len({labels.values([(b"X-Tenant", value)]) for value in sent} - {("other",)}) <= 20


@pytest.mark.parametrize("label", ["model", "transcription_model", "outcome", "tool", "job", "instance", "le"])
def test_a_label_that_has_a_meaning_cannot_be_had(label: str) -> None:
    for refuses in (check, OperatorLabels):
        with pytest.raises(ValueError) as caught:
            refuses([TENANT, (label, b"x-canary")])
        assert str(caught.value) == f"the label {label!r} has a meaning already; choose another name"


def test_three_labels_can_be_had() -> None:
    check([TENANT, REGION, ("App_2", b"x-app")])

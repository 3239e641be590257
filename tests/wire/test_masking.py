import importlib.util
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets import speedups

from support.frames import MASK
from voicetap.wire import masking

Mask = Callable[[bytes, bytes], bytes]

both = pytest.mark.parametrize(
    "apply_mask", [speedups.apply_mask, masking.apply_mask_in_python], ids=["compiled", "python"]
)


@both
@given(st.binary(max_size=200), st.binary(min_size=4, max_size=4))
def test_each_byte_is_xored_with_its_byte_of_the_mask(apply_mask: Mask, data: bytes, mask: bytes) -> None:
    assert apply_mask(data, mask) == bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


@both
def test_the_example_of_the_rfc(apply_mask: Mask) -> None:
    assert apply_mask(bytes.fromhex("7f9f4d5158"), MASK) == b"Hello"


def test_the_compiled_one_is_used_where_it_exists() -> None:
    assert masking.apply_mask is speedups.apply_mask


def test_the_other_one_is_used_where_websockets_was_built_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.speedups", None)
    spec = masking.__spec__
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.apply_mask is module.apply_mask_in_python

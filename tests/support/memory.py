"""How much an object remembers."""

import gc
from array import array
from collections import deque
from collections.abc import Iterator
from enum import Enum
from types import FunctionType, ModuleType

from msgspec import Struct

CONTAINERS = (dict, list, set, frozenset, deque, tuple, array, bytes, str)


def sizes(root: object) -> Iterator[int]:
    """The length of every container that an object holds, however deep."""
    seen, left = set[int](), [root]
    while left:
        found = left.pop()
        if id(found) in seen or isinstance(found, type | ModuleType | FunctionType | Enum):
            continue
        seen.add(id(found))
        if isinstance(found, CONTAINERS):
            yield len(found)
        if isinstance(found, Struct):  # those without gc are not looked into by it
            left += [getattr(found, name) for name in found.__struct_fields__]
        left += gc.get_referents(found)

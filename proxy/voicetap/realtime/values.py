"""The types of single values: identifiers, numbers, codes. What the product could not count with or keep is refused."""

from typing import Annotated

from msgspec import Meta

Word = Annotated[str, Meta(max_length=512)]
"""What is kept as long as the session lasts, so it may not be of any length; 512 is what the API allows an event_id."""

Name = Word | None
"""An id, the name of something, or one word of a list (a type, a status) of which servers have longer ones."""

_EXACT = 2**53
"""Up to here, every integer is a float as well (RFC 8259 section 6), and arithmetic with it overflows nowhere."""

Integer = Annotated[int, Meta(ge=-_EXACT, le=_EXACT)]

Number = Integer | Annotated[float, Meta(ge=-_EXACT, le=_EXACT)] | None
"""Where the API has integers, servers written in JavaScript send fractions. It may be negative."""

Milliseconds = Number
"""Of audio, from the beginning of the input buffer or of the item."""

Index = Integer | None
"""The place in a list, from 0."""

Code = Word | Integer | None
"""Of an error. A string in the API; compatible servers send numbers."""

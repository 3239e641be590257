"""An object written again by rules."""

import pytest

from voicetap.recording.walk import BYTES, COMMAS, DEPTH, Rule, rewrite, same, zero

KEEP = Rule(b'"kept"', same, same, same)
HIDE = Rule(b'"hidden"', lambda json: b'"?"', zero, zero)
WHOLE = Rule(b'"whole"', same, same, same, lambda json: b"%d" % len(json))
RULES = {"keep": KEEP, "hide": HIDE, "whole": WHOLE}.get


@pytest.mark.parametrize(
    ("json", "written"),
    [
        (b"{}", b"{}"),
        (b'{"other": 1}', b"{}"),
        (b'{ "keep" : 1.50e400 , "other":{"keep":1}}', b'{"kept":1.50e400}'),
        (b'{"keep":"a\\u00e4\\n"}', b'{"kept":"a\\u00e4\\n"}'),
        (b'{"hide":"a","keep":null}', b'{"hidden":"?","kept":null}'),
        (b'{"hide":[true,false,null,1,"a",{"keep":-2}]}', b'{"hidden":[true,false,null,0,"?",{"kept":-2}]}'),
        (b'{"keep":{"keep":[ 1 , [ ] ]}}', b'{"kept":{"kept":[1,[]]}}'),
        (b'{"whole":[1,2],"keep":1}', b'{"whole":5,"kept":1}'),
        (b'{"keep":1,"keep":2}', b'{"kept":2}'),
        (b'{"ke\\u0065p":1}', b'{"kept":1}'),
    ],
)
def test_each_member_by_the_rule_for_its_key(json: bytes, written: bytes) -> None:
    assert rewrite(json, RULES) == written


@pytest.mark.parametrize("json", [b"", b"[]", b'{"keep":', b'{"keep":1}x', b'{"keep":"\\ud800"}', b'{"\xff":1}'])
def test_what_is_no_object(json: bytes) -> None:
    with pytest.raises(ValueError):
        rewrite(json, RULES)


def test_no_deeper_than_it_may_go() -> None:
    deep = b'{"keep":' * (DEPTH + 5) + b"1" + b"}" * (DEPTH + 5)
    assert rewrite(deep, RULES).count(b"kept") == DEPTH
    lists = b'{"keep":' + b"[" * (DEPTH + 5) + b"]" * (DEPTH + 5) + b"}"
    assert rewrite(lists, RULES).count(b"[") == DEPTH


def test_an_object_of_too_many_parts_is_not_taken_apart() -> None:
    wide = b'{"keep":1,"hide":[' + b",".join([b"1"] * (COMMAS + 1)) + b"]}"
    assert rewrite(wide, RULES) == b"{}"
    assert rewrite(b'{"hide":[' + b",".join([b"{}"] * 9_000) + b"]}", RULES).count(b"{}") == 9_000


def test_what_is_nested_is_not_read_again_and_again() -> None:
    text = b'{"keep":' * 10 + b'"' + b"a" * (BYTES // 4) + b'"' + b"}" * 10
    assert rewrite(text, RULES) == b'{"kept":' * 3 + b"{}" + b"}" * 3

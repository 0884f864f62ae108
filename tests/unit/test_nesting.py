"""How deeply JSON may be nested: the same on every Python."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.nesting import MAX_DEPTH, is_too_deep


def nested(depth: int, *, within: str = "[{") -> bytes:
    value: Any = "]}"
    for level in range(depth):
        value = [value] if within[level % len(within)] == "[" else {"[": value}
    return json.dumps(value).encode()


@pytest.mark.parametrize("within", ["[", "{", "[{", "{["])
def test_the_last_level_that_is_allowed_can_be_read_and_the_next_one_is_refused(within: str) -> None:
    deepest = nested(MAX_DEPTH, within=within)
    assert not is_too_deep(deepest)
    msgspec.json.decode(deepest)
    assert is_too_deep(nested(MAX_DEPTH + 1, within=within))


def test_what_stands_side_by_side_is_not_nested() -> None:
    assert not is_too_deep(b"[" + b"[{}]," * 1000 + b"[]]")


@pytest.mark.parametrize("text", ["[" * 500, '"[' * 250 + "\\", '\\"[{' * 200, "\\" * 501 + "[" * 500])
def test_brackets_in_text_are_text(text: str) -> None:
    assert not is_too_deep(json.dumps({"note": text, text: [1]}).encode())


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 5000, b"]" * 500 + b"[" * 500])
def test_what_never_closes_is_nested_too(body: bytes) -> None:
    assert is_too_deep(body) is (body[:1] != b"]")


def test_a_quotation_mark_that_never_closes_takes_no_longer() -> None:
    assert not is_too_deep(b'"' + b'\\"[' * 1_000_000)


_values = st.recursive(st.text(alphabet='[]{}"\\a'), lambda inner: st.lists(inner) | st.dictionaries(st.text('[{"\\'), inner))


@given(_values, st.integers(0, 2))
def test_depth_is_counted_as_a_decoder_counts_it(value: Any, more: int) -> None:
    def depth(value: Any) -> int:
        if isinstance(value, dict | list):
            return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
        return 0

    for _ in range(MAX_DEPTH - depth(value) - 1 + more):
        value = [value]
    assert is_too_deep(json.dumps(value).encode()) is (depth(value) > MAX_DEPTH)

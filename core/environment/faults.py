"""What is wrong with the value of a setting, in one sentence."""

from __future__ import annotations

from typing import Final

from pydantic_core import ErrorDetails

from core.environment.names import PREFIX

SHOWN: Final = 40
"""How many characters of a wrong value an error message shows."""
EXPECTED: Final = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "float_parsing": "a number",
    "decimal_parsing": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "literal_error": "{expected}",
    "string_too_long": "at most {max_length} characters long",
    "too_long": "at most {max_length} characters long",
}
"""The expected value, by the type of pydantic's error."""


def describe(error: ErrorDetails, *, form: str | None, is_quoted: bool) -> str:
    """`form`: the values that the setting may have, if a pattern checks them. `is_quoted`: the value is no secret, and may be shown."""
    said = error["msg"].removeprefix("Value error, ")
    if said.startswith(PREFIX):  # a complete sentence, which may be about two settings that exclude each other
        return said
    name = f"{PREFIX}{'_'.join(map(str, error['loc'])).upper()}"
    if error["type"] == "string_pattern_mismatch" and form:
        return f"{name} must be {form}."  # an address may contain a password
    if error["type"] not in EXPECTED:
        return f"{name}: {said}"
    expected = EXPECTED[error["type"]].format(**error.get("ctx", {}))
    return f"{name} must be {expected}" + (f", and it is {ascii(error['input'])[:SHOWN]}." if is_quoted else ".")

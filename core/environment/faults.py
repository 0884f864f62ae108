"""What is wrong with the value of a setting, in one sentence."""

from __future__ import annotations

from typing import Final

from pydantic_core import ErrorDetails

from core.environment.names import PREFIX

SHOWN: Final = 40
"""How many characters of a wrong value an error message shows."""
NO_NUMBER: Final = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "float_parsing": "a number",
    "decimal_parsing": "a number",
}
"""The expected kind of value, by the type of pydantic's error."""


def describe(error: ErrorDetails, *, is_quoted: bool) -> str:
    """`is_quoted`: the value is no secret, and may be shown."""
    said = error["msg"].removeprefix("Value error, ")
    if said.startswith(PREFIX):  # a complete sentence, which may be about two settings that exclude each other
        return said
    name = f"{PREFIX}{'_'.join(map(str, error['loc'])).upper()}"
    if error["type"] not in NO_NUMBER:
        return f"{name}: {said}"
    return f"{name} must be {NO_NUMBER[error['type']]}" + (f", and it is {ascii(error['input'])[:SHOWN]}." if is_quoted else ".")

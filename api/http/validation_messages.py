"""Turns the error messages of the decoder into those of the API: pointer, code and message."""

from __future__ import annotations

import re
from typing import Final

from core.errors import FieldError
from core.text.patterns import AMOUNT, USERNAME

_WHERE: Final = re.compile(r" - at `(?:key in )?(\$[^`]*)`$")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def _matching(pattern: str) -> str:
    """The sentence for text that does not match `pattern`."""
    return re.escape(f"Expected `str` matching regex {pattern!r}")


_PHRASES: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = tuple(
    (re.compile(pattern), code, message)
    for pattern, code, message in (
        (r"Object missing required field `(?P<field>[^`]+)`", "missing", "This field is required."),
        (r"Object contains unknown field `(?P<field>[^`]+)`", "unknown_field", "There is no such field."),
        (r"Expected `(?:str|array|object)` of length >= (\d+)", "too_short", "The length must be at least {0}."),
        (r"Expected `(?:str|array|object)` of length <= (\d+)", "too_long", "The length must be at most {0}."),
        (r"Expected `(?:int|float|decimal)` >= (\S+)", "too_small", "It must be at least {0}."),
        (r"Expected `(?:int|float|decimal)` <= (\S+)", "too_large", "It must be at most {0}."),
        (r"Expected `(?:int|float|decimal)` > (\S+)", "too_small", "It must be more than {0}."),
        (r"Expected `(?:int|float|decimal)` < (\S+)", "too_large", "It must be less than {0}."),
        (r"(?:Number|Integer value) out of range", "too_large", "The number is out of range."),
        (_matching(AMOUNT), "bad_format", "It must be an amount in plain digits, such as 7500.00."),
        (
            _matching(USERNAME),
            "bad_format",
            "It must have 3 to 64 letters (a to z), digits, and what e-mail addresses have, such as . _ - + @, without blanks.",
        ),
        (r"Expected `str` matching regex", "bad_format", "It has characters or a form that are not allowed here."),
        (r"Invalid enum value (.+)", "unknown_value", "There is no such choice: {0}."),
        (r"Invalid RFC3339 encoded datetime", "bad_format", "It is not a date and time with a zone, as in 2025-12-25T10:00:00Z."),
        (r"Invalid RFC3339 encoded date", "bad_format", "It is not a date, as in 2025-12-25."),
        (r"Expected `datetime` with a timezone component", "bad_format", "It needs a zone, as in 2025-12-25T10:00:00Z."),
        (r"Invalid UUID", "bad_format", "It is not a UUID."),
        (r"Invalid decimal string", "bad_format", "It is not a decimal number."),
        (r"Expected `([^`]+)`, got `([^`]+)`", "wrong_type", "It must be {0}, not {1}."),
    )
)

_TYPES: Final = {
    "str": "text",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
    "datetime": "a date and time",
    "date": "a date",
    "uuid": "a UUID",
    "decimal": "a decimal number",
}


def field_error(sentence: str, *, inside: str = "") -> FieldError:
    """One entry of `errors` for a sentence of the decoder; `inside` is the pointer of the part that was decoded."""
    where = _WHERE.search(sentence)
    problem = sentence[: where.start()] if where else sentence
    pointer = inside + _pointer(where.group(1)) if where else inside
    for pattern, code, message in _PHRASES:
        if match := pattern.match(problem):
            if field := match.groupdict().get("field"):
                return {"pointer": f"{pointer}/{field}", "code": code, "message": message}
            return {"pointer": pointer, "code": code, "message": message.format(*map(_plain, match.groups()))}
    return {"pointer": pointer, "code": "invalid", "message": phrased(problem)}


def phrased(sentence: str) -> str:
    """The decoder's message without backquotes."""
    return sentence.replace("`", "")


def _pointer(path: str) -> str:
    """`$.passengers[0].name` as a JSON pointer."""
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path))


def _plain(types: str) -> str:
    """`int | null` in words."""
    return " or ".join(_TYPES.get(name, name) for name in types.split(" | "))

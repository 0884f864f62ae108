"""Texts that are no place: names that are not in the registry, placeholders for nothing, and texts that cannot be a name."""

from __future__ import annotations

import pytest

from core.places import route
from core.places.route import PlaceFaultCode, UnknownPlaces
from tests.support.places import fault_of


@pytest.mark.parametrize("text", ["Atlantis", "Qwertyville", "XXQ", "London (DEL)", "Paris, Kansas", "123", "Delhi Delhi"])
def test_a_place_that_is_not_in_the_registry_is_accepted_only_with_the_setting(text: str) -> None:
    assert fault_of(text).code is PlaceFaultCode.UNKNOWN
    taken = route.read(text, "Mumbai", UnknownPlaces.ACCEPT).source
    assert (taken.name, taken.place, taken.fault, taken.key) == (text, None, None, text.lower())


@pytest.mark.parametrize("text", ["LON", "London", "TSE", "San Jose", "NULL", "D\ufffdlhi"])
def test_what_is_wrong_for_another_reason_is_refused_there_as_well(text: str) -> None:
    assert route.read(text, "Mumbai", UnknownPlaces.ACCEPT).source.fault is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "NULL",
        "null",
        r"\N",
        "N/A",
        "n/a",
        "#N/A",
        "None",
        "nan",
        "NaN",
        "--",
        "-",
        "??",
        "?",
        "NA",
        "#REF!",
        "\u200b",
        "#NAME?",
        "#DIV/0!",
        "#N/V",
        "#BEZUG!",
        "#NV",
        "########",
        "n.a.",
        "NaT",
        "(null)",
        "<NA>",
        "[null]",
        "undefined",
        "Unknown",
        "TBA",
        "tbd",
        ".",
        "...",
        "…",
        "*",
    ],
)
def test_a_word_for_nothing_is_missing(text: str) -> None:
    assert fault_of(text).code is PlaceFaultCode.MISSING


@pytest.mark.parametrize("text", ["X", "x" * 81, "<b>Delhi</b>", "{Delhi}", "x" * 501, "\u200b" * 80 + "Delhi"])
def test_what_is_no_name_is_no_place(text: str) -> None:
    assert fault_of(text).code is PlaceFaultCode.NOT_A_PLACE

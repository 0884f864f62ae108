"""Flight numbers in different spellings."""

from __future__ import annotations

import pytest

from core.flights.numbers import beginning_of_key, key_of, tidy

SAME = [
    ["AI 301", "AI301", "AI-301", "AI0301", "ai 0301", " AI  301 ", "AI\u2011301", "AI\u2013301", "AI\u00a0301", "AI_301"],
    ["6E 5", "6E-005", "6e5", "6E0005"],
    ["U2 8001", "U28001", "U2-8001"],
    ["BAW12A", "BAW 012A", "baw-12a"],
    ["CHARTER-7", "CHARTER 7"],
    ["AI-0", "AI000"],
]
OTHERS = ["AI301", "AI3010", "AI31", "IA301", "AIC301", "AI301A", "301", "A-301", "A1-301", "AB-C1", "ABC-1", "AI-3-01"]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_every_spelling_has_the_same_key(spellings: list[str]) -> None:
    assert len({key_of(tidy(spelling)) for spelling in spellings}) == 1


def test_other_numbers_have_other_keys() -> None:
    assert len({key_of(tidy(number)) for number in OTHERS}) == len(OTHERS)


@pytest.mark.parametrize("typed", ["AI", "ai-", "AI 3", "AI03", "ai-30", "AI 301", "A"])
def test_a_beginning_in_any_spelling_finds_the_number(typed: str) -> None:
    assert key_of("AI-301").startswith(beginning_of_key(typed))


@pytest.mark.parametrize("typed", ["AI 4", "AI-1", "3", "301", "IA"])
def test_another_beginning_does_not(typed: str) -> None:
    assert not key_of("AI-301").startswith(beginning_of_key(typed))

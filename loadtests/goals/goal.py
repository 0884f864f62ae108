"""A goal, its figures, and how they are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row. `sides`: the medians of both sides of a ratio, or another explanation."""

    what: str
    value: float
    target: float
    at_least: bool = True
    unit: str = ""
    sides: str = ""

    @property
    def is_met(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        mark = "met   " if self.is_met else "MISSED"
        return f"  {mark} {self.what}: {self.value:.2f}{self.unit} (target {sign} {self.target:g}{self.unit})  {self.sides}"


@dataclass(slots=True)
class Row:
    """A goal with its figures. `data`: all measured values, for the file. If there are `violations`, the figures do not count."""

    number: int
    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        return not self.violations and all(figure.is_met for figure in self.figures)

    def lines(self) -> list[str]:
        head = f"{self.number:>2}  {self.title}"
        if self.violations:
            return [head, "  an invariant is violated, so there is no figure:", *(f"  {each}" for each in self.violations)]
        return [head, *(figure.line() for figure in self.figures), *(f"         {note}" for note in self.notes)]

    def as_data(self) -> dict[str, Any]:
        figures = [] if self.violations else [asdict(figure) | {"met": figure.is_met} for figure in self.figures]
        return {"row": self.number, "title": self.title, "figures": figures, "violations": self.violations, "data": self.data}


@dataclass(frozen=True, slots=True)
class RunLength:
    """How long to measure: `rounds` of `seconds` for each side, and `minutes` for goal 14."""

    rounds: int
    seconds: float
    minutes: float


def median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of each round, in which both sides ran one after the other."""
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))


def median_with_range(values: Sequence[float]) -> str:
    """The median, with the range."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}..{max(values):,.0f})"

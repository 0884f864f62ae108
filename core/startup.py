"""The error that ends a start, with a message for the person at the terminal."""

from __future__ import annotations


class CannotStart(Exception):
    """The process cannot start. `problem`: what is wrong, in one line. `remedy`: what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy

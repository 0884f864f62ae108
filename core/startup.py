"""What stops an embedded server or the supervisor, in words for the person at the terminal."""

from __future__ import annotations


class CannotStart(Exception):
    """`problem` says what is wrong in one line, `remedy` what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy

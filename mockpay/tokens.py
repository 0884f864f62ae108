"""The test tokens. The outcome of a charge depends on its token only, so each outcome can be produced by choosing a token."""

from __future__ import annotations

from dataclasses import dataclass

from mockpay.settings import MockpaySettings


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to a charge with a token. Times are in seconds."""

    declined: str | None = None
    works_for: float = 0.0
    """How long the charge is `processing` before it is captured or declined."""
    answers_after: float = 0.0
    """How long after that the request is answered."""
    events: int = 1
    """How often the event about the outcome is delivered."""
    fails_once: bool = False
    """The first call is answered with 500, and nothing is stored."""


class Tokens:
    """The behaviour of each token. Unknown tokens are declined."""

    def __init__(self, settings: MockpaySettings) -> None:
        self._known = {
            "tok_ok": Behaviour(),
            "tok_declined": Behaviour(declined="card_declined"),
            "tok_insufficient_funds": Behaviour(declined="insufficient_funds"),
            "tok_slow": Behaviour(works_for=settings.slow_seconds),
            "tok_timeout_then_ok": Behaviour(answers_after=settings.late_seconds),
            "tok_duplicate_callback": Behaviour(events=2),
            "tok_error_once": Behaviour(fails_once=True),
            "tok_hang": Behaviour(works_for=settings.hang_seconds),
        }

    def behaviour(self, token: str) -> Behaviour:
        return self._known.get(token, Behaviour(declined="invalid_token"))

"""How long somebody has for a piece of work before the sweep takes it for lost and sends it again."""

from __future__ import annotations

from typing import Final

LEASE_SECONDS: Final = 15
"""One length for every lease: of a booking, of a payment, of a refund. Longer than any of that work may take."""

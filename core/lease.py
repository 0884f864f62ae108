"""The lease: how long a worker may take for a piece of work. When the lease has ended, the sweep assumes that the worker has
crashed, and sends the work again. (C. Gray, D. Cheriton: "Leases", SOSP 1989.)

An example: at 10:00:00 a booking is accepted and its `next_at` is set to 10:00:15. A worker takes it and crashes. At 10:00:15 the
sweep finds the booking still PENDING with `next_at` in the past, counts an attempt, sets `next_at` to 10:00:30, and sends the
booking again. If the first worker was only slow, both work on the booking: every step is a compare-and-set, so only one of them
has an effect.
"""

from __future__ import annotations

from typing import Final

LEASE_SECONDS: Final = 15
"""Seconds. All leases (of bookings, payments and refunds) have this length. It is longer than any of this work may take."""

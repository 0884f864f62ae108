"""The lease: how long a worker may take for a piece of work. When the lease has ended, the sweep assumes that the worker has
crashed, and sends the work again. (C. Gray, D. Cheriton: "Leases", SOSP 1989.)

An example: at 10:00:00 a booking is accepted and its `next_at` is set to 10:00:15. A worker takes it and crashes. At 10:00:15 the
sweep finds the booking still PENDING with `next_at` in the past, counts the second attempt, sets `next_at` to 10:00:45 (the second
lease of a booking is twice as long), and sends the booking again. If the first worker was only slow, both work on the booking:
every step is a compare-and-set, so only one of them has an effect.
"""

from __future__ import annotations

from typing import Final

LEASE_SECONDS: Final = 15
"""The length of the first lease of a booking, an import, a payment, a refund or the cancellation of a flight. It is longer than a
worker may take for the work of one lease. The leases of bookings (`core/bookings/unfinished/leases.py`) and of cancellations become
longer with each attempt. Mails and deliveries of webhooks have longer leases of their own.
"""

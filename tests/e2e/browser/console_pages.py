"""The pages of the console: the end of the address, and the title."""

from __future__ import annotations

from typing import Final

CONSOLE: Final = {
    "": "Overview",
    "/flights": "Flights",
    "/bookings": "Bookings",
    "/imports": "Imports",
    "/queues": "Queues",
    "/dead-letters": "Dead letters",
    "/payments": "Payments",
    "/integrations": "Webhooks and keys",
    "/users": "Users",
    "/audit": "Audit log",
    "/health": "Health",
}

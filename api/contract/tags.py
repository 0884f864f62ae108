"""The chapters of the OpenAPI document, in the order in which a client meets them."""

from __future__ import annotations

from typing import Final

from litestar.openapi.spec import Tag

TAGS: Final = (
    Tag("search", "Flights, itineraries and places. Public: no token is needed."),
    Tag("accounts", "Create an account, sign in, and manage its sessions."),
    Tag("bookings", "Book seats, look at bookings, name passengers, cancel."),
    Tag("payments", "Pay for a hold; and the callback with which the payment provider sends the outcome of a charge."),
    Tag("jobs", "The result of a request that was accepted with 202, by polling, by waiting, or as a stream of events."),
    Tag("fare watches", "Get a notification when the price of a route on a day, or of a booking, falls."),
    Tag("waitlist", "Wait for seats on a flight that is sold out."),
    Tag("configuration", "What a client has to know of this installation."),
    Tag("flights", "The schedule, for administrators."),
    Tag("imports", "Flights from CSV files, for administrators."),
    Tag("operations", "Queues, workers, dead letters, and bookings of all travellers, for administrators and agents."),
    Tag("integrations", "API keys for programs, and webhooks, to which events are sent."),
    Tag("health", "For whoever runs the installation: is it alive, can it work, and its metrics."),
)

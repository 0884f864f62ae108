"""What the staff see of accounts, bookings, flights and money."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.bookings import CONFIRMED
from api.contract.examples.ids import ACCEPTED, ARRIVAL, ASHA, BOOKING, DEPARTURE, MAIL, PAID, PAYMENT, PLACE_IN_LINE

USER: Final[dict[str, Any]] = {
    "id": ASHA,
    "username": "asha",
    "role": "traveller",
    "email": "asha@example.com",
    "created_at": "2026-11-20T08:00:00Z",
    "closed_at": None,
    "sessions": 1,
    "last_used_at": ACCEPTED,
}
CHARGE: Final[dict[str, Any]] = {
    "id": PAYMENT,
    "kind": "charge",
    "booking_id": BOOKING,
    "reference": CONFIRMED["reference"],
    "payment_id": PAYMENT,
    "amount": "15000.00",
    "currency": "INR",
    "status": "SUCCEEDED",
    "reason": None,
    "attempts": 1,
    "next_at": None,
    "created_at": ACCEPTED,
    "updated_at": PAID,
}
CONFIRMATION: Final[dict[str, Any]] = {
    "mail": {
        "id": MAIL,
        "booking_id": BOOKING,
        "kind": "confirmed",
        "address": "asha@example.com",
        "subject": "You are booked",
        "body": "Your booking is confirmed.",
        "status": "SENT",
        "created_at": PAID,
        "sent_at": PAID,
    },
    "username": "asha",
    "attempts": 1,
    "next_at": None,
    "error": None,
}

REQUESTS: Final[dict[str, dict[str, Any]]] = {"RoleBody": {"agent": {"role": "agent"}}}

RESPONSES: Final[dict[str, Any]] = {
    "UserView": USER,
    "UserPage": {"data": [USER], "next_cursor": None},
    "LedgerPage": {"data": [CHARGE], "next_cursor": None},
    "StaffBooking": {
        "booking": CONFIRMED,
        "user": USER,
        "ledger": [CHARGE],
        "totals": [{"currency": "INR", "captured": "15000.00", "refunded": "0.00", "balance": "15000.00"}],
        "mails": [CONFIRMATION],
    },
    "MailRequested": {"kind": "confirmed", "address": "asha@example.com"},
    "FlightImpact": {
        "bookings": 14,
        "seats": 31,
        "pending": 1,
        "held": 2,
        "confirmed": 11,
        "trips": 3,
        "waiting_parties": 4,
        "refunds": [{"amount": "210000.00", "currency": "INR"}],
    },
    "LinePage": {
        "data": [
            {
                "id": PLACE_IN_LINE,
                "turn": 41,
                "username": "asha",
                "party_size": 2,
                "accept_partial": False,
                "status": "WAITING",
                "position": 1,
                "booking_id": None,
                "created_at": ACCEPTED,
                "updated_at": ACCEPTED,
            }
        ],
        "next_cursor": None,
    },
    "MovedBookingList": {
        "data": [
            {
                "booking_id": BOOKING,
                "reference": CONFIRMED["reference"],
                "old_departure_ts": DEPARTURE,
                "old_arrival_ts": ARRIVAL,
                "new_departure_ts": "2026-12-25T11:00:00Z",
                "new_arrival_ts": "2026-12-25T13:10:00Z",
                "action": "kept",
                "created_at": ACCEPTED,
                "resolved_at": PAID,
            }
        ]
    },
    "FaultGroupList": {
        "data": [
            {
                "code": "unknown_place",
                "column": "destination",
                "rows": 1240,
                "values": 2,
                "first_line": 17,
                "examples": [
                    {
                        "value": "Mumbay",
                        "rows": 1239,
                        "line": 17,
                        "message": "There is no known place Mumbay. Did you mean Mumbai (BOM)? Write the IATA code of the airport, or the name of its city.",
                    }
                ],
            }
        ]
    },
}

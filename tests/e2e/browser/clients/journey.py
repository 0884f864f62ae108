"""Search, book, pay and cancel with a client that openapi-python-client has generated: `journey.py BASE_URL DAY USERNAME`, as JSON at the end.

Nothing here knows the API but through that client. It is typed, and a public operation takes a client without a token.
"""

from __future__ import annotations

import json
import sys
from datetime import date

from skyqueue_client import AuthenticatedClient, Client
from skyqueue_client.api.accounts import register, sign_in
from skyqueue_client.api.bookings import confirm_cancellation, create_booking, quote_cancellation
from skyqueue_client.api.payments import pay_booking
from skyqueue_client.api.search import search_flights
from skyqueue_client.models import (
    AccessToken,
    Account,
    BookingAccepted,
    BookingAction,
    BookingBody,
    BookingStatus,
    BookingView,
    ErrorCode,
    NewAccount,
    PayBody,
    PaymentBody,
    PriceBody,
    ProblemBody,
    QuoteView,
    SignIn,
)

PASSWORD = "a long walk in the rain"  # of an account that is opened here
SEATS = 2


def main(base_url: str, day: date, username: str) -> None:
    anybody = Client(base_url, verify_ssl=False)
    flights = search_flights.sync(client=anybody, source="Delhi", destination="Mumbai", date=day)
    assert isinstance(flights, list), flights
    assert flights
    account = register.sync(client=anybody, body=NewAccount(username, PASSWORD))
    assert isinstance(account, Account), account
    token = sign_in.sync(client=anybody, body=SignIn(username, PASSWORD))
    assert isinstance(token, AccessToken), token
    me = AuthenticatedClient(base_url, token.access_token, verify_ssl=False)

    seen = PriceBody(amount="1.00", currency=flights[0].currency)
    body = BookingBody(SEATS, flight_id=flights[0].id, payment=PaymentBody(hold=True), expected_total=seen)
    refused = create_booking.sync(client=me, body=body)
    assert isinstance(refused, ProblemBody), refused
    assert refused.code is ErrorCode.PRICE_CHANGED
    body.expected_total = PriceBody(amount=refused.actual.amount, currency=refused.actual.currency)
    booked = create_booking.sync(client=me, body=body, idempotency_key="book-1", prefer="wait=25")
    assert isinstance(booked, BookingAccepted), booked
    assert booked.status is BookingStatus.HELD

    again = create_booking.sync_detailed(client=me, body=body, idempotency_key="book-1")
    assert again.headers["Idempotent-Replayed"] == "true"
    paid = pay_booking.sync(booked.booking_id, client=me, body=PayBody("tok_ok"), idempotency_key="pay-1", prefer="wait=25")
    assert isinstance(paid, BookingAccepted), paid
    assert paid.status is BookingStatus.CONFIRMED
    quote = quote_cancellation.sync(booked.booking_id, client=me)
    assert isinstance(quote, QuoteView), quote
    cancelled = confirm_cancellation.sync(quote.id, client=me)
    assert isinstance(cancelled, BookingView), cancelled
    assert BookingAction.CANCEL not in cancelled.available_actions
    print(json.dumps({"status": cancelled.status, "refund": cancelled.refund.amount, "total": cancelled.price_total}))


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]), sys.argv[3])

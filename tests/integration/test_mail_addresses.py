"""The address for mails of a traveller: from the sign-up, set later, or removed."""

from __future__ import annotations

from uuid import UUID

import httpx

from core.mail import outbox
from tests.support import mails
from tests.support.api import problem
from tests.support.mails import ADDRESS, confirmed, kinds, write
from tests.support.pipeline import Pipeline

asha = mails.asha


def test_an_address_as_the_username_gets_mails_until_it_is_changed(
    asha: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    assert asha.get("/api/v1/auth/email").json() == {"email": ADDRESS, "sends": False}
    assert traveller.get("/api/v1/auth/email").json()["email"] is None
    confirmed(traveller, pipeline)
    confirmed(asha, pipeline)
    write(pipeline)
    assert (kinds(asha), kinds(traveller)) == (["confirmed"], [])
    assert asha.put("/api/v1/auth/email", json={"email": None}).json()["email"] is None
    confirmed(asha, pipeline)
    write(pipeline)
    assert kinds(asha) == ["confirmed"]
    refused = problem(traveller.put("/api/v1/auth/email", json={"email": "asha@nowhere"}), 422, "validation")
    assert refused["errors"][0]["pointer"] == "/email"
    assert traveller.put("/api/v1/auth/email", json={"email": "a.b+c@example.org"}).json()["email"] == "a.b+c@example.org"


def test_who_enters_an_address_later_gets_the_ticket_of_what_is_still_to_be_flown(
    traveller: httpx.Client, pipeline: Pipeline
) -> None:
    departed, ahead = confirmed(traveller, pipeline), confirmed(traveller, pipeline)
    with pipeline.db.transaction() as connection:
        connection.execute(
            "UPDATE flights SET departure_ts = departure_ts - interval '1 year', arrival_ts = arrival_ts - interval '1 year'"
            " WHERE id IN (SELECT flight_id FROM booking_segments WHERE booking_id = %s)",
            (departed,),
        )
    write(pipeline)
    for _ in range(2):
        traveller.put("/api/v1/auth/email", json={"email": ADDRESS})
        write(pipeline)
    listed = traveller.get("/api/v1/mails").json()["data"]
    assert [(mail["booking_id"], mail["kind"]) for mail in listed] == [(str(ahead), "confirmed")]
    another = confirmed(traveller, pipeline)
    write(pipeline)
    assert len(traveller.get("/api/v1/mails").json()["data"]) == 2
    (own,) = traveller.get("/api/v1/mails", params={"booking_id": str(another)}).json()["data"]
    assert own["booking_id"] == str(another)
    assert traveller.get("/api/v1/mails", params={"booking_id": str(departed)}).json()["data"] == []


def test_who_corrects_an_address_gets_what_could_not_be_delivered(asha: httpx.Client, pipeline: Pipeline) -> None:
    booking = confirmed(asha, pipeline)
    write(pipeline, sends=True)
    with pipeline.db.transaction() as connection:
        outbox.mark_failed(connection, UUID(asha.get("/api/v1/mails").json()["data"][0]["id"]), "550 no", permanent=True)
    asha.put("/api/v1/auth/email", json={"email": "asha.rao@example.com"})
    write(pipeline, sends=True)
    listed = asha.get("/api/v1/mails", params={"booking_id": str(booking)}).json()["data"]
    assert [(mail["kind"], mail["address"], mail["status"]) for mail in listed] == [
        ("confirmed", "asha.rao@example.com", "WAITING"),
        ("confirmed", ADDRESS, "GIVEN_UP"),
    ]

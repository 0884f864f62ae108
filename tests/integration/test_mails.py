"""Mails to travellers: written once for each event, sent until a mail server accepts them, and shown in the app."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import httpx
import pytest

from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.lifecycle import cancel as cancelling
from core.mail import mail_requests, outbox
from core.notifications import booking_mails
from core.settings import Mail
from tests.support import mails
from tests.support.api import register
from tests.support.flights import add_flight, body, noon_in
from tests.support.mail_server import MailServer
from tests.support.mails import ADDRESS, confirmed, kinds, write
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser
from workers.flights import cancel_flights
from workers.mails import send_mails
from workers.sweeps.mails import MailStep

asha = mails.asha
server = mails.server


def held(client: httpx.Client, pipeline: Pipeline) -> UUID:
    booking_body = {"flight_id": str(pipeline.flight(9)), "seats": 1, "payment": {"hold": True}}
    booking = UUID(client.post("/api/v1/booking", json=booking_body).json()["booking_id"])
    pipeline.work(booking)
    return booking


def test_a_mail_describes_the_change_and_is_written_once(asha: httpx.Client, pipeline: Pipeline) -> None:
    booking = confirmed(asha, pipeline)
    for _ in range(2):
        with pipeline.db.transaction() as connection:
            connection.execute("INSERT INTO mail_requests (booking_id) VALUES (%s), (%s)", (booking, booking))
        write(pipeline)
    (mail,) = asha.get("/api/v1/mails").json()["data"]
    reference = asha.get(f"/api/v1/bookings/{booking}").json()["reference"]
    assert (mail["kind"], mail["status"], mail["address"]) == ("confirmed", "KEPT", ADDRESS)
    assert mail["subject"] == f"You are booked · Delhi to Mumbai · {reference}"
    assert "Travellers: Asha Rao" in mail["body"]
    assert "Your ticket and a file for your calendar are on the page of the booking." in mail["body"]  # nothing was sent


def test_a_hold_has_a_mail_with_its_end_and_one_reminder(asha: httpx.Client, pipeline: Pipeline) -> None:
    booking = held(asha, pipeline)
    step = MailStep(pipeline.context)
    step.run()
    with pipeline.db.transaction() as connection:
        connection.execute(
            "UPDATE bookings SET next_at = e.at, hold_expires_at = e.at, updated_at = now() - interval '11 minutes'"
            " FROM (SELECT now() + interval '4 minutes' AS at) e WHERE id = %s",
            (booking,),
        )
    for _ in range(2):
        MailStep(pipeline.context).run()
    assert kinds(asha) == ["held", "hold_ending"]
    asha.delete(f"/api/v1/bookings/{booking}")
    step.run()
    assert kinds(asha) == ["held", "hold_ending", "cancelled"]


def test_each_change_of_times_has_a_mail_and_a_cancelled_flight_too(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    flight = add_flight(admin)
    booking = confirmed(asha, pipeline, flight)
    write(pipeline)
    for day in (12, 13):
        moved = body(departure_ts=noon_in(day), arrival_ts=noon_in(day, hours=2))
        assert admin.put(f"/admin/flights/{flight['id']}", json=moved).status_code == 200
        write(pipeline)
    assert kinds(asha) == ["confirmed", "moved", "moved"]
    job = admin.post(f"/admin/flights/{flight['id']}/cancel", json={"reason": "fog"}).json()
    cancel_flights(pipeline.context, [UUID(job["job_id"])])
    write(pipeline)
    assert kinds(asha)[-1] == "flight_cancelled"
    assert asha.get(f"/api/v1/bookings/{booking}").json()["status"] == BookingStatus.CANCELLED


def test_a_change_that_is_undone_writes_no_mail(asha: httpx.Client, pipeline: Pipeline) -> None:
    booking = confirmed(asha, pipeline)
    write(pipeline)

    def requests(connection: RawConnection) -> int:
        row = connection.execute("SELECT count(*) FROM mail_requests").fetchone()
        assert row is not None
        return int(row[0])

    class Undone(Exception):
        pass

    def cancel_and_undo() -> None:
        with pipeline.db.transaction() as connection:
            cancelling.cancel(connection, booking, None, pipeline.context.settings.fares, hold_minutes=15)
            assert requests(connection) == 1
            raise Undone

    with pytest.raises(Undone):
        cancel_and_undo()
    with pipeline.db.snapshot() as connection:
        assert requests(connection) == 0


@pytest.fixture
def mail(asha: httpx.Client, pipeline: Pipeline, server: MailServer) -> UUID:
    """Written, and to be sent."""
    confirmed(asha, pipeline)
    write(pipeline, sends=True)
    return UUID(asha.get("/api/v1/mails").json()["data"][0]["id"])


def status(client: httpx.Client) -> str:
    return str(client.get("/api/v1/mails").json()["data"][0]["status"])


def test_a_mail_is_sent_with_the_ticket_and_not_again(
    asha: httpx.Client, pipeline: Pipeline, server: MailServer, mail: UUID
) -> None:
    for _ in range(2):
        send_mails(pipeline.context, [mail])
    (message,) = server.taken
    assert (message["To"], message["From"], message["Message-ID"]) == (
        ADDRESS,
        "Skyqueue <trips@example.com>",
        f"<{mail}@skyqueue>",
    )
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/pdf", "text/calendar"]
    assert status(asha) == "SENT"


def test_the_sweep_sends_what_is_due(pipeline: Pipeline, server: MailServer, mail: UUID) -> None:
    MailStep(pipeline.context).run()
    assert pipeline.context.dispatcher.depth("mails") == 1
    MailStep(pipeline.context).run()  # it is on its way
    assert pipeline.context.dispatcher.depth("mails") == 1


def test_what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_given_up(
    asha: httpx.Client, admin: httpx.Client, pipeline: Pipeline, server: MailServer, mail: UUID
) -> None:
    server.refusals = ["451 later", "550 no such person"]
    send_mails(pipeline.context, [mail])
    (report,) = admin.get("/admin/mails").json()["data"]
    assert (report["mail"]["status"], report["attempts"], report["username"]) == ("WAITING", 1, ADDRESS)
    assert "451" in report["error"]
    assert report["next_at"] is not None
    send_mails(pipeline.context, [mail])
    (report,) = admin.get("/admin/mails", params={"status": "GIVEN_UP"}).json()["data"]
    assert "550 no such person" in report["error"]
    send_mails(pipeline.context, [mail])
    assert server.taken == []


def test_a_mail_server_that_is_away_costs_an_attempt_and_no_mail(
    asha: httpx.Client, pipeline: Pipeline, server: MailServer, mail: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = pipeline.context.settings.mail
    monkeypatch.setenv("SKYQUEUE_SMTP_URL", "smtp://127.0.0.1:1")
    pipeline.context.settings.mail = Mail()
    send_mails(pipeline.context, [mail])
    assert status(asha) == "WAITING"
    pipeline.context.settings.mail = there
    send_mails(pipeline.context, [mail])
    assert (status(asha), len(server.taken)) == ("SENT", 1)


def test_a_mail_is_sent_again_with_the_same_id_after_a_crash(
    pipeline: Pipeline, server: MailServer, mail: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "mark_sent", die)
        with pytest.raises(Died):
            send_mails(pipeline.context, [mail])
    send_mails(pipeline.context, [mail])
    assert len(server.taken) == 2
    assert server.taken[0]["Message-ID"] == server.taken[1]["Message-ID"]


def test_a_worker_that_crashes_while_writing_loses_no_mail_and_writes_none_twice(asha: httpx.Client, pipeline: Pipeline) -> None:
    """What is taken and not stored is there again, and what is asked for again is written once."""

    class Died(BaseException):
        pass

    booking = confirmed(asha, pipeline)
    with suppress(Died), pipeline.db.transaction() as connection:
        assert booking_mails.write_requested(connection, limit=100, sends=False, with_ticket=True) == 1
        raise Died
    assert kinds(asha) == []
    write(pipeline)
    assert kinds(asha) == ["confirmed"]
    with pipeline.db.transaction() as connection:
        mail_requests.add(connection, [booking])
    write(pipeline)
    assert kinds(asha) == ["confirmed"]


def test_a_closed_account_has_no_mails(client: httpx.Client, pipeline: Pipeline) -> None:
    user: SignedInUser = register(client, "ravi@example.com")
    with httpx.Client(base_url=client.base_url, headers=user.headers, timeout=30) as ravi:
        confirmed(ravi, pipeline)
        write(pipeline)
        assert kinds(ravi) == ["confirmed"]
        closed = ravi.request("DELETE", "/api/v1/auth/me", json={"password": "a long walk in the rain"})
        assert closed.status_code == 204
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM mails").fetchone() == (0,)

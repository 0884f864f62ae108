"""Follow jobs, bookings, imports, flights and waiting lists as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from api.contract.headers import CACHE_CONTROL
from api.live.streams.topics import Subject, Topic
from api.services import Services, SignedRequest
from core.errors import Invalid, NotFound, Overloaded
from core.flights import queries as flights
from core.jobs.status import Job
from core.text.patterns import VISIBLE
from core.users.tokens import Principal
from core.waitlist import parties

MOST_TOPICS: Final = 20
MAX_STREAMS: Final = 10_000
"""The most streams of one process."""
MAX_STREAMS_OF_ACCOUNT: Final = 200
"""The most streams of one account in one process, so that one account cannot use all of them."""
LENGTH: Final = 50
"""The pattern of a topic: a word, a colon and an id."""


class TopicNotFound(NotFound):
    """The topic does not exist, or belongs to another account. `topic` names it."""

    code = "topic_not_found"


class EventController(Controller):
    path = "/api/v1/events"
    tags = ("jobs",)

    @get(
        operation_id="listenToEvents",
        summary="Receive events as server-sent events",
        response_headers=(CACHE_CONTROL,),
        media_type="text/event-stream",
        opt={"errors": (TopicNotFound, Overloaded)},
    )
    async def listen(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        topics: Annotated[str, QueryParameter(max_length=MOST_TOPICS * LENGTH, pattern=VISIBLE)],
        last_event_id: Annotated[
            str | None, HeaderParameter(name="Last-Event-ID", required=False, max_length=64, pattern=VISIBLE)
        ] = None,
    ) -> Stream:
        """`topics` is a list separated by commas: `job:{id}`, `booking:{id}` and `import:{id}` of your own, `flight:{id}` of any flight,
        and `waitlist:{flight_id}` for your entry in a waiting list. Each event has `id`, `event` (its type) and `data` (`{type, id, at,
        subject, data}`). It only says that something has changed: read the new state at its address. With `Last-Event-ID` the stream begins
        with the events since that one. `event: gap` says that events may have been missed: read everything that you follow again. A comment
        is sent every 15 s. The stream ends when you sign out, and after 15 minutes: open it again with a new token.
        """
        wanted = _parse(list(dict.fromkeys(topic.strip() for topic in topics.split(","))))
        streams = services.live.streams
        if streams.count >= MAX_STREAMS:
            raise Overloaded("Too many streams are open; ask the addresses themselves.", retry_after=30)
        await _require_own(services, request.user, wanted)
        if streams.count_of(request.user.user_id) >= MAX_STREAMS_OF_ACCOUNT:
            raise Overloaded(f"You have {MAX_STREAMS_OF_ACCOUNT} streams open. Close some of them first.", retry_after=30)
        followed = [topic if request.user.sees_everything else _own(topic, request.user) for topic in wanted]
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return Stream(streams.open(followed, last_event_id, request.user), media_type="text/event-stream", headers=headers)


def _parse(topics: Sequence[str]) -> list[Topic]:
    if len(topics) > MOST_TOPICS:
        raise Invalid.field("?topics", "too_many", f"One stream follows {MOST_TOPICS} topics at most.")
    parsed = []
    for topic in topics:
        subject, _, name = topic.partition(":")
        try:
            parsed.append(Topic(Subject(subject), UUID(name)))
        except ValueError:
            known = ", ".join(f"{each}:{{id}}" for each in Subject)
            raise Invalid.field("?topics", "bad_topic", f"{topic[:LENGTH]!r} is no topic. Topics are {known}.") from None
        if name != str(parsed[-1].id):
            raise Invalid.field("?topics", "bad_topic", f"Write the id as {parsed[-1].id}.")
    return parsed


def _own(topic: Topic, principal: Principal) -> Topic:
    """The topic with its restriction: of a waiting list, a traveller only gets the events about their own entry."""
    return topic._replace(of=principal.user_id) if topic.subject is Subject.WAITLIST else topic


async def _require_own(services: Services, principal: Principal, topics: Sequence[Topic]) -> None:
    """Raise `TopicNotFound` unless the user may follow all topics: flights are visible to everybody, others to their owner and to staff."""
    of_flights = [topic for topic in topics if topic.subject in (Subject.FLIGHT, Subject.WAITLIST)]
    followed = [topic for topic in topics if topic not in of_flights]
    known = await asyncio.to_thread(_find_flights, services, principal, of_flights) if of_flights else set()
    states = await asyncio.gather(*(services.live.jobs.read(topic.id) for topic in followed))
    own = {
        topic
        for topic, state in zip(followed, states, strict=True)
        if state is not None and _may_follow(state.job, topic.subject, principal)
    }
    for topic in topics:
        if topic not in own and topic not in known:
            raise TopicNotFound("There is no such thing of yours.", topic=str(topic))


def _find_flights(services: Services, principal: Principal, topics: Collection[Topic]) -> set[Topic]:
    """The topics among these whose flight exists and, for a traveller, whose waiting list they are or were in."""
    with services.db.snapshot() as connection:
        there = flights.find_existing(connection, [topic.id for topic in topics])
        lines = [topic.id for topic in topics if topic.subject is Subject.WAITLIST]
        waited = there if principal.sees_everything or not lines else parties.find_waited(connection, lines, principal.user_id)
    return {topic for topic in topics if topic.id in (there if topic.subject is Subject.FLIGHT else waited)}


def _may_follow(job: Job, subject: Subject, principal: Principal) -> bool:
    if subject is not Subject.JOB and job.kind.value != subject.value:
        return False
    return principal.sees_everything or (job.booking is not None and job.booking.user_id == principal.user_id)

"""Every Redis key: its form, its type, its lifetime. No other module writes the text of a key.

| key                    | type   | lifetime            | what                                              |
|------------------------|--------|---------------------|---------------------------------------------------|
| `inv:{F}`              | hash   | departure + 1 day   | `free`: seats of flight F that may be reserved    |
| `rsv:{F}`              | hash   | departure + 1 day   | booking id -> seats, or `R` once released         |
| `search:{R}:D:S`       | string | `SEARCH_CACHE_SECONDS` | flights of route R on date D in sort order S   |
| `search-lock:{R}:D:S`  | string | 3 seconds           | a process is computing this search           |
| `route-version:{R}:D`  | string | 2 x `SEARCH_CACHE_SECONDS` | removed with each change of route R on date D |
| `calendar:{R}:M`       | string | `SEARCH_CACHE_SECONDS` | cheapest flights of route R on each day of month M |
| `calendar-lock:{R}:M`  | string | 3 seconds           | a process is computing this calendar         |
| `calendar-version:{R}` | string | 2 x `SEARCH_CACHE_SECONDS` | removed with each change of route R on any date |
| `{timetable}:version`  | string | for ever            | counts changes of the timetable                   |
| `{timetable}:changes`  | list   | the last thousand   | what they changed (`core/flights/announcements/timetable_log.py`) |
| `{airports}:list`      | string | `SEARCH_CACHE_SECONDS` | every place that has a flight                  |
| `{airports}:lock`      | string | 3 seconds           | a process is computing this list             |
| `{airports}:version`   | string | for ever            | new when a place was added, or may have been removed    |
| `{airports}:known`     | set    | 7 days              | the places on that list (`core/flights/announcements/served_places.py`) |
| `{airports}:turn`      | string | 7 days              | token of the process that began last to compute it |
| `bucket:{W}`           | hash   | until it is full    | token bucket of W (a user, an address)            |
| `skyqueue:epoch`       | string | for ever            | random; missing or changed: Redis lost its data |
| `{dq}:*`               | -      | Dramatiq's          | queues, messages, acks, heartbeats                |
| `{dq}:seen:M`          | string | 1 hour              | message M was delivered once                      |
| `skyqueue:job-events`  | channel | -                   | pub/sub: what a commit changed, for every API process |

A search that finds no version creates one.

Braces are literal: they are hash tags, which put all keys of one flight, or of one route, into one cluster slot.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

QUEUE_NAMESPACE = "{dq}"
EPOCH = "skyqueue:epoch"

JOB_EVENTS_CHANNEL = "skyqueue:job-events"
"""Pub/sub: one message for each committed batch of changes (`core/events/job_events.py`)."""
AIRPORTS_SECONDS = 7 * 24 * 3600
AIRPORTS = "{airports}:list"
AIRPORTS_LOCK = "{airports}:lock"
AIRPORTS_VERSION = "{airports}:version"
AIRPORTS_KNOWN = "{airports}:known"
AIRPORTS_TURN = "{airports}:turn"
TIMETABLE_VERSION = "{timetable}:version"
TIMETABLE_CHANGES = "{timetable}:changes"


def inventory(flight_id: UUID) -> str:
    return f"inv:{{{flight_id}}}"


def reservations(flight_id: UUID) -> str:
    return f"rsv:{{{flight_id}}}"


def route(source_key: str, destination_key: str) -> str:
    """A route as a part of a key. The two place keys are those of `End.key` in `core/places/route.py`."""
    return f"{source_key}>{destination_key}"


def search(source_key: str, destination_key: str, day: date, sort: str) -> str:
    return f"search:{{{route(source_key, destination_key)}}}:{day.isoformat()}:{sort}"


def search_lock(source_key: str, destination_key: str, day: date, sort: str) -> str:
    return f"search-lock:{{{route(source_key, destination_key)}}}:{day.isoformat()}:{sort}"


def route_version(source_key: str, destination_key: str, day: date) -> str:
    return f"route-version:{{{route(source_key, destination_key)}}}:{day.isoformat()}"


def calendar(source_key: str, destination_key: str, month: date) -> str:
    """`month`: any day of the month."""
    return f"calendar:{{{route(source_key, destination_key)}}}:{month:%Y-%m}"


def calendar_lock(source_key: str, destination_key: str, month: date) -> str:
    return f"calendar-lock:{{{route(source_key, destination_key)}}}:{month:%Y-%m}"


def calendar_version(source_key: str, destination_key: str) -> str:
    return f"calendar-version:{{{route(source_key, destination_key)}}}"


def bucket(who: str) -> str:
    return f"bucket:{{{who}}}"


def seen(message_id: str) -> str:
    return f"{QUEUE_NAMESPACE}:seen:{message_id}"


def one_of_each() -> tuple[str, ...]:
    """One example key of each form. A Redis user that may use these keys may use all keys of the product."""
    nobody, nowhere, day = UUID(int=0), ("", ""), date.min
    return (
        inventory(nobody),
        reservations(nobody),
        search(*nowhere, day, ""),
        search_lock(*nowhere, day, ""),
        route_version(*nowhere, day),
        calendar(*nowhere, day),
        calendar_lock(*nowhere, day),
        calendar_version(*nowhere),
        TIMETABLE_VERSION,
        TIMETABLE_CHANGES,
        AIRPORTS,
        AIRPORTS_LOCK,
        AIRPORTS_VERSION,
        AIRPORTS_KNOWN,
        AIRPORTS_TURN,
        bucket(str(nobody)),
        EPOCH,
        QUEUE_NAMESPACE,
        seen(str(nobody)),
    )

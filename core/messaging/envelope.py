"""What one of our messages looks like in Redis, and what is none."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final
from uuid import UUID

import dramatiq
from dramatiq.errors import DecodeError

from core.messaging.messages import Message, Queue

REASON_LENGTH: Final = 300
"""What is wrong is told to people; the bytes themselves are kept elsewhere."""


class Unreadable(Exception):
    """Bytes on a queue that nobody of us has sent; says what is wrong with them."""


def list_actors(queue: Queue) -> frozenset[str]:
    """The actors that work on a queue."""
    return frozenset(message.actor for message in Message.__subclasses__() if message.queue is queue)


def read(payload: bytes, actors: Container[str]) -> dramatiq.Message[Any]:
    """One message, for one of these actors.

    Raises:
        Unreadable: it is none.
    """
    try:
        message = dramatiq.Message.decode(payload)
        if not isinstance(message.options.get("redis_message_id"), str):
            raise ValueError("it has no id to acknowledge it by")
        if message.actor_name not in actors:
            raise ValueError(f"there is no actor {message.actor_name!r}")
        if not _is_one_list_of_ids(message):
            raise ValueError("its arguments are not one list of ids")
    except DecodeError as error:
        raise Unreadable(_short(f"DecodeError: {_innermost(error)!r}")) from error
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Unreadable(_short(f"{type(error).__name__}: {error}")) from error
    return message


def _innermost(error: Exception) -> Exception:
    """The others quote the whole message."""
    while isinstance(error, DecodeError):
        error = error.error
    return ValueError(str(error)) if isinstance(error, UnicodeError) else error


def _short(reason: str) -> str:
    return reason if len(reason) <= REASON_LENGTH else f"{reason[:REASON_LENGTH]} ..."


def _is_one_list_of_ids(message: dramatiq.Message[Any]) -> bool:
    """What every actor of this product takes."""
    if message.kwargs or len(message.args) != 1 or not isinstance(message.args[0], list):
        return False
    try:
        return all(UUID(each) for each in message.args[0])
    except (ValueError, TypeError, AttributeError):
        return False

"""Work a message once. A message that comes again killed its worker, or was doubled by the broker: the sweep repeats the work,
counts the attempt, and gives up in time; the broker would redeliver for ever."""

from __future__ import annotations

from typing import Final

import dramatiq
import redis
from dramatiq.middleware import Middleware, SkipMessage

from core import keys

REMEMBERED_SECONDS: Final = 3600


class Once(Middleware):
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def before_process_message(self, _: dramatiq.Broker, message: dramatiq.broker.MessageProxy) -> None:
        try:
            first = self._redis.set(keys.seen(message.message_id), 1, nx=True, ex=REMEMBERED_SECONDS)
        except redis.RedisError:
            return  # cannot tell; working twice is safe, not working is not
        if not first:
            raise SkipMessage

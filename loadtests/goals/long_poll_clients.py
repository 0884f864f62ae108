"""A process with clients that each wait (long poll) for a job that no worker handles. It reads its parameters as one line of JSON."""

from __future__ import annotations

import json
import sys
from itertools import count

import uvloop

from loadtests.bench.installation.client import generate_load, request_bytes

AT_LEAST_SECONDS = 600.0


async def wait(port: int, token: str, ids: list[str]) -> None:
    polls = [request_bytes("GET", f"/api/v1/jobs/{each}", token, b"", headers=("Prefer: wait=25",)) for each in ids]
    turns = count()
    await generate_load(port, len(polls), AT_LEAST_SECONDS, lambda _: polls[next(turns) % len(polls)])


def main() -> None:
    parameters = json.loads(sys.stdin.readline())
    uvloop.run(wait(parameters["port"], parameters["token"], parameters["ids"]))


if __name__ == "__main__":
    main()

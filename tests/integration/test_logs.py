"""What a process writes to its log, and what it must never write."""

from __future__ import annotations

import json
import os
import subprocess
import sys

SCRIPT = """
import asyncio, httpx, logging
from litestar import post
from litestar.params import JSONBody
from api.app import create_app
from api.accounts.signing_in import NewAccount

@post("/broken", opt={"public": True})
async def broken(data: JSONBody[NewAccount]) -> None:
    raise RuntimeError("the wiring came loose")

async def main():
    app = create_app()
    app.register(broken)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client of this test logs its requests
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"X-Request-Id": "request-7", "Authorization": "Bearer secret-token", "Cookie": "skyqueue_refresh=secret-cookie"}
        answer = await client.post("/broken", json={"username": "asha", "password": "secret-password"}, headers=headers)
        print(answer.text)

asyncio.run(main())
"""


def test_a_fault_of_ours_is_logged_with_its_request_and_no_secret() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    body = json.loads(run.stdout)
    assert (body["status"], body["code"], body["request_id"]) == (500, "internal", "request-7")
    assert "wiring" not in run.stdout

    (line,) = [json.loads(line) for line in run.stderr.splitlines()]
    assert line["event"] == "request_failed"
    assert line["correlation_id"] == "request-7"
    assert (line["process"], line["level"], line["path"]) == ("api", "error", "/broken")
    assert "RuntimeError: the wiring came loose" in line["exception"]
    assert "secret" not in run.stderr

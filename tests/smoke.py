"""The first steps of a new user: copy the sources, install, check, start, search, sign up, book, run the commands of the README, stop.

`make smoke PYTHON=python3.13` runs it with that Python. It needs nothing installed, works in a temporary folder, takes a free port,
and leaves the folder that it was started in as it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).parents[1]
READY_SECONDS: Final = 300
CONFIRMED_SECONDS: Final = 60
STOP_SECONDS: Final = 30
READY: Final = "Skyqueue is ready: "
OURS: Final = ("SKYQUEUE_", "MOCKPAY_", "MAKE", "MFLAGS")
"""What the settings of whoever starts this, and of a make around it, begin with."""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="skyqueue-smoke-") as folder:
        sources = Path(folder) / "skyqueue"
        copy_sources(sources)
        subprocess.run(
            ["make", "setup", "contract", "unit", f"PYTHON={sys.executable}"], cwd=sources, env=environment(), check=True
        )
        data = Path(folder) / "data"
        with product(sources, data) as base_url:
            reference = book(base_url)
            try_readme(sources / "README.md", base_url, data)
    version = sys.version.split()[0]
    print(f"Python {version}: installed, started and booked {reference} in {time.monotonic() - started:.0f} s.")


def copy_sources(target: Path) -> None:
    """What git knows of this folder, and what is new in it; nothing that was installed or built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in os.fsdecode(listed.stdout).rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)


def environment(**settings: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | settings


@contextmanager
def product(sources: Path, data: Path) -> Iterator[str]:
    """`make up` for as long as the block runs. Yields its address."""
    log = data.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "up"],
            cwd=sources,
            env=environment(SKYQUEUE_PORT="0", SKYQUEUE_DATA_DIR=str(data)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield address(process, log)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        process.wait(STOP_SECONDS)
        if "Stopped" not in log.read_text():
            raise RuntimeError("it did not stop in order")
    except BaseException:
        print(f"make up said:\n{log.read_text()}", file=sys.stderr)
        raise
    finally:
        end(process)


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if line.startswith(READY):
                return line.removeprefix(READY).split()[0]
        if process.poll() is not None:
            raise RuntimeError("make up ended before it was ready")
        time.sleep(0.2)
    raise TimeoutError(f"make up was not ready after {READY_SECONDS} s")


def end(process: subprocess.Popen[bytes]) -> None:
    """At all events: gently first, so that servers close their files."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def book(base_url: str) -> str:
    """Two seats on the first flight of a day next week. Returns the reference of the confirmed booking."""
    day = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    query = urlencode({"source": "Delhi", "destination": "Mumbai", "date": day})
    flight = call(f"{base_url}/api/v1/search?{query}")[0]
    account = {"username": "ravi", "password": "correct horse 9"}
    call(f"{base_url}/api/v1/auth/register", json.dumps(account))
    token = call(f"{base_url}/api/v1/auth/token", urlencode(account), "application/x-www-form-urlencoded")["access_token"]
    accepted = call(f"{base_url}/api/v1/booking", json.dumps({"flight_id": flight["id"], "seats": 2}), token=token)
    deadline = time.monotonic() + CONFIRMED_SECONDS
    while True:
        job = call(f"{base_url}{accepted['status_url']}", token=token, Prefer="wait=5")
        if job["status"] == "CONFIRMED":
            return str(call(f"{base_url}/api/v1/bookings/{accepted['booking_id']}", token=token)["reference"])
        if time.monotonic() > deadline or job["status"] in ("FAILED", "CANCELLED", "EXPIRED"):
            raise RuntimeError(f"the booking is not confirmed: {job}")


def try_readme(readme: Path, base_url: str, data: Path) -> None:
    """The commands of its second chapter, word for word but for the address and the data folder. Each has to be answered well."""
    chapter = readme.read_text().split("\n## Use the API\n")[1].split("\n## ")[0]
    script = "\n".join(re.findall(r"^```bash\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL))
    for written, meant in (
        ("http://127.0.0.1:8000", base_url),
        (".skyqueue/", f"{data}/"),
        ("curl -s ", "curl --silent --show-error --fail-with-body --write-out '\\n' "),
    ):
        if written not in script:
            raise RuntimeError(f"the README does not say {written!r}")
        script = script.replace(written, meant)
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    if ran.returncode != 0 or '"status":"CONFIRMED"' not in ran.stdout or '"data":[]' in ran.stdout:
        raise RuntimeError(f"the commands of the README do not work: {ran.stdout}{ran.stderr}")


def call(url: str, body: str | None = None, kind: str = "application/json", *, token: str = "", **headers: str) -> Any:
    if body is not None:
        headers["Content-Type"] = kind
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with urlopen(Request(url, data=body.encode() if body is not None else None, headers=headers), timeout=30) as response:
        return json.load(response)


if __name__ == "__main__":
    main()

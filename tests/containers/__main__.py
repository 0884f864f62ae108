"""Build the image, start everything from nothing, book, restart each container and book again, add workers, and take it all down.

    python3 -m tests.containers

Ends with 0 when all of it works, or when no container engine answers here; where `CI` is set, the latter is a failure.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.containers.installation import BUILD_SECONDS, LASTING, CheckFailed, Installation, missing_engine
from tests.containers.traveller import Traveller

ROUTE: Final = ("Delhi", "Mumbai")
TOKEN: Final = {"token": "tok_ok"}
"""A card that the practice provider accepts."""
AWKWARD: Final = "p@ss/w:o%r#d $with spaces"
"""A password of characters that mean something in an address, or in a file `.env`."""


def main() -> int:
    missing = missing_engine()
    if missing is not None:
        print(f"containers-check: skipped, because no container engine answers: {missing}")
        return 1 if "CI" in os.environ else 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            check_a_fresh_start(Path(folder))
            check_secrets_of_the_operator(Path(folder))
    except CheckFailed as failed:
        print(f"containers-check: FAILED: {failed}", file=sys.stderr)
        return 1
    print("containers-check: everything works")
    return 0


def check_a_fresh_start(folder: Path) -> None:
    """With nothing written and nothing set."""
    with running(Installation(folder / "empty.env")) as here:
        traveller = Traveller(here.app_port)
        with step("the image is built, and everything starts"):
            here.compose("up", "--build", "--detach", seconds=BUILD_SECONDS)
        with step("every container becomes healthy"):
            here.wait_until_healthy()
        with step("the ports are open to this machine only"):
            for port in (here.api_port, here.app_port):
                if f"127.0.0.1:{port}->8000/tcp" not in here.compose("ps", "api"):
                    raise CheckFailed(f"Port {port} is not published on 127.0.0.1 alone.")
        with step("a traveller finds a flight on the app's port, and books it, with and without a payment"):
            traveller.open_the_app()
            traveller.sign_up("asha")
            flight = traveller.find_flight(*ROUTE)
            traveller.book(flight)
            traveller.book(flight, TOKEN)
        with step("the administrator's password, which was made up, is found and lets in"):
            password = here.inside("api", "cat", "/secrets/admin_password")
            Traveller(here.api_port).sign_in("admin", password)
        for service in LASTING:
            with step(f"a booking is confirmed after a restart of {service}"):
                here.compose("restart", service)
                traveller.book(flight, TOKEN)
        with step("a second `up` makes no new secrets, and everybody is still signed in"):
            here.compose("up", "--detach")
            traveller.book(flight)
            if here.inside("api", "cat", "/secrets/admin_password") != password:
                raise CheckFailed("The administrator's password is another one.")
        with step("three workers become healthy and confirm bookings"):
            here.compose("up", "--detach", "--scale", "worker=3")
            here.wait_until_healthy(worker=3)
            for _ in range(6):
                traveller.book(flight, TOKEN)
        with step("every invariant holds"):
            output = here.compose("run", "--rm", "--no-deps", "--no-TTY", "worker", "audit")
            if "Every invariant holds." not in output:
                raise CheckFailed(f"The audit says: {output}")


def check_secrets_of_the_operator(folder: Path) -> None:
    """Some by their value, some in files, and no sample schedule."""
    valkey, admin = folder / "valkey", folder / "admin"
    valkey.write_text(f"{AWKWARD}\n")
    admin.write_text("an administrator's password\n")
    for file in (valkey, admin):
        file.chmod(0o600)
    chosen = {
        "POSTGRES_PASSWORD": f"'{AWKWARD}'",
        "VALKEY_PASSWORD_FILE": str(valkey),
        "SKYQUEUE_ADMIN_PASSWORD_FILE": str(admin),
        "SKYQUEUE_ADMIN_USERNAME": "boss",
        "SKYQUEUE_SAMPLE": "off",
    }
    with running(Installation(folder / "chosen.env", chosen)) as here:
        traveller = Traveller(here.app_port)
        with step("everything starts with secrets of the operator, and without the sample schedule"):
            here.compose("up", "--detach", "--build", seconds=BUILD_SECONDS)
            here.wait_until_healthy()
            traveller.sign_in("boss", "an administrator's password")
            if traveller.send("GET", "/api/v1/airports"):
                raise CheckFailed("There are flights, although SKYQUEUE_SAMPLE is off.")
        with step("a flight that the administrator adds is booked"):
            traveller.add_flight(*ROUTE)
            traveller.book(traveller.find_flight(*ROUTE))


@contextmanager
def running(installation: Installation) -> Iterator[Installation]:
    """Whatever happens, nothing of it is left. What its containers said last is shown if the check fails."""
    try:
        yield installation
    except CheckFailed:
        print(installation.last_words(), file=sys.stderr)
        raise
    finally:
        with step("everything is taken down, the volumes too"):
            installation.remove()


@contextmanager
def step(what: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    except CheckFailed as failed:
        raise CheckFailed(f"It was to be shown that {what}. {failed}") from failed
    print(f"containers-check: {what} ({time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())

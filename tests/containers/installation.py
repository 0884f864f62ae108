"""One installation in containers, beside any other on this machine: its own project, image, volumes and ports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
BUILD_SECONDS: Final = 1800.0
COMMAND_SECONDS: Final = 300.0
HEALTHY_SECONDS: Final = 180.0
LASTING: Final = ("postgres", "valkey", "mockpay", "worker", "api")
"""The services that go on running."""
OF_THE_OPERATOR: Final = ("SKYQUEUE_", "MOCKPAY_", "POSTGRES_", "VALKEY_", "COMPOSE_")
"""Variables that `compose.yaml` or Compose itself reads: those of whoever runs the check are left out."""


class CheckFailed(Exception):
    """What is not as it should be, in words."""


def missing_engine() -> str | None:
    """Why no container can be started here; None if one can."""
    for command in (["docker", "compose", "version"], ["docker", "info", "--format", "{{.ServerVersion}}"]):
        try:
            completed = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except FileNotFoundError:
            return "`docker` is not installed"
        except subprocess.TimeoutExpired:
            return f"`{' '.join(command[:2])}` does not answer"
        if completed.returncode != 0:
            output = (completed.stderr or completed.stdout).strip().splitlines() or ["it says nothing"]
            return f"`{' '.join(command[:2])}` fails: {output[-1]}"
    return None


def until(condition: Callable[[], bool], what: str, *, seconds: float) -> None:
    """Wait for `condition`; `what` names it where it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CheckFailed(f"After {seconds:.0f} s it is not true that {what}.")
        time.sleep(0.5)


class Installation:
    """`settings` as an operator has them in a file `.env`, line for line; none by default."""

    def __init__(self, env_file: Path, settings: Mapping[str, str] | None = None) -> None:
        self.project = f"skyqueue-check-{os.getpid()}"
        self.api_port, self.app_port = _free_ports()
        self._env_file = env_file
        self._env_file.write_text("".join(f"{name}={value}\n" for name, value in (settings or {}).items()))
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(OF_THE_OPERATOR)},
            "SKYQUEUE_IMAGE": self.project,
            "SKYQUEUE_PORT": str(self.api_port),
            "SKYQUEUE_APP_PORT": str(self.app_port),
        }

    def compose(self, *arguments: str, seconds: float = COMMAND_SECONDS) -> str:
        """What `docker compose ...` prints; `CheckFailed` with what it says at the end, when it fails."""
        return self._run(
            ["docker", "compose", "--project-name", self.project, "--env-file", str(self._env_file), *arguments], seconds
        )

    def inside(self, service: str, *command: str) -> str:
        return self.compose("exec", "--no-TTY", service, *command).removesuffix("\n")

    def containers(self) -> list[dict[str, Any]]:
        """As `docker compose ps` lists them."""
        return [json.loads(line) for line in self.compose("ps", "--all", "--format", "json").splitlines()]

    def wait_until_healthy(self, *, worker: int = 1) -> None:
        """All that go on running; `worker` is the number of workers."""
        wanted = dict.fromkeys(LASTING, 1) | {"worker": worker}

        def is_healthy() -> bool:
            found = [each["Service"] for each in self.containers() if each["Health"] == "healthy"]
            return all(found.count(service) == count for service, count in wanted.items())

        until(is_healthy, f"these containers are healthy: {wanted}", seconds=HEALTHY_SECONDS)

    def last_words(self) -> str:
        """The state and the last lines of every container, for whoever has to find out what went wrong."""
        try:
            return f"{self.compose('ps', '--all')}\n{self.compose('logs', '--no-color', '--tail', '20')}"
        except CheckFailed as error:
            return str(error)

    def remove(self) -> None:
        """Everything: containers, volumes, the network and the image. What the build has cached stays."""
        self.compose("down", "--volumes", "--remove-orphans")
        subprocess.run(["docker", "image", "rm", "--no-prune", self.project], capture_output=True, check=False)

    def _run(self, command: list[str], seconds: float) -> str:
        shown = " ".join(["docker compose", *command[6:]])
        try:
            ended = subprocess.run(
                command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise CheckFailed(f"`{shown}` has not ended after {seconds:.0f} s.") from None
        if ended.returncode != 0:
            output = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-15:])
            raise CheckFailed(f"`{shown}` ended with status {ended.returncode}:\n{output}")
        return ended.stdout


def _free_ports() -> tuple[int, int]:
    """Two at once, so that they differ."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as another:
        return one.getsockname()[1], another.getsockname()[1]

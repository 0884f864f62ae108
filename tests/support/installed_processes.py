"""The processes of one installation. They are started when a test needs them, and killed at its end."""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.support.process_forks import ProcessForker
from tests.support.processes import Api, Worker


class InstalledProcesses:
    """The API and the workers on two servers. `folder`: for their logs and data."""

    def __init__(self, database_url: str, redis_url: str, folder: Path, forker: ProcessForker) -> None:
        self.database_url = database_url
        self.redis_url = redis_url
        self.more_environment: dict[str, str] = {}
        """Additional environment variables of processes that are started from now on."""
        self._folder = folder
        self._forker = forker
        self._secret = secrets.token_hex(32)
        self._processes: list[Api | Worker] = []

    @property
    def logs(self) -> list[Path]:
        """Of every process that it ever started, the oldest first."""
        return [process.log for process in self._processes if process.log.exists()]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        return {
            "SKYQUEUE_DATABASE_URL": self.database_url,
            "SKYQUEUE_REDIS_URL": self.redis_url,
            "SKYQUEUE_JWT_SECRET": self._secret,
            "SKYQUEUE_RATE_LIMITS": "off",
            "SKYQUEUE_FLIGHT_SEATS_LIMIT": "1000000",
            "SKYQUEUE_COOL_DOWN_MINUTES": "0",
            "SKYQUEUE_DATA_DIR": str(self._folder),
            **self.more_environment,
        }

    def api(self, **settings: str) -> Api:
        """A new API process that answers."""
        api = Api(self._forker, self.environment, self._new_log("api"))
        self._processes.append(api)
        api.start(**settings)
        return api

    def worker(self, **settings: str) -> Worker:
        """A new worker process; it may take a moment until it works."""
        worker = Worker(self._forker, self.environment, self._new_log("worker"))
        self._processes.append(worker)
        worker.start(**settings)
        return worker

    def kill_workers(self) -> None:
        for process in self._processes:
            if isinstance(process, Worker):
                process.kill()

    def kill_processes(self) -> None:
        for process in self._processes:
            process.kill()

    def _new_log(self, name: str) -> Path:
        return self._folder / f"{name}-{len(self._processes)}.log"

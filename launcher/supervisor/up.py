"""The order in which `skyqueue up` starts everything: folder, ports, servers, schema, administrator, workers, schedule, API."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, closing

import msgspec

from core.db import Database, opened
from core.heartbeats import queries as heartbeats
from core.imports.storage.opening import open_storage
from core.migrations.upgrade import upgrade
from core.settings import Settings
from launcher.embedded import secrets
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.startup_errors import full_disk
from launcher.sample import sample_import
from launcher.supervisor import environment, installation, servers
from launcher.supervisor.administrator import Administrator
from launcher.supervisor.administrator import ensure as ensure_administrator
from launcher.supervisor.console import Console
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.listener import Listener
from launcher.supervisor.programs import Api, Mockpay, Worker
from launcher.supervisor.runtime_file import Admin, Process, Runtime
from launcher.supervisor.supervisor import Stopped, Supervisor


def up(settings: Settings, *, sample: bool) -> None:
    """Run everything until Ctrl-C or SIGTERM. `sample`: fill an empty database with the sample schedule.

    Raises `CannotStart` when the start fails; all processes that were started are ended before.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(installation.locked(settings.servers.data_dir))
        api = stack.enter_context(closing(Listener(settings.http.host, settings.http.port)))
        mockpay = stack.enter_context(closing(Listener("127.0.0.1", 0)))
        environment.require_secrets(settings, folder)
        guardian = stack.enter_context(closing(Guardian()))
        _Startup(settings, folder, api, mockpay, guardian).run(sample=sample)


class _Startup:
    def __init__(self, settings: Settings, folder: DataFolder, api: Listener, mockpay: Listener, guardian: Guardian) -> None:
        self._settings = settings
        self._folder = folder
        self._api = api
        self._mockpay = mockpay
        self._guardian = guardian
        self._console = Console()
        self._supervisor = Supervisor(guardian, say=self._console.say, changed=self._publish, log=folder.log("supervisor"))
        self._servers = servers.choose(settings, folder, guardian)
        self._administrator: Administrator | None = None
        """None until the database is ready."""

    def run(self, *, sample: bool) -> None:
        with self._supervisor.signals():
            try:
                self._start_all(sample=sample)
            except Stopped:
                pass
            except Exception as error:
                # On a full disk anything may fail, with any message.
                full = full_disk(self._folder.path)
                if full is None:
                    raise
                raise full from error
            else:
                self._supervisor.watch()
            finally:
                self._folder.runtime_file.unlink(missing_ok=True)
                self._folder.supervision_file.unlink(missing_ok=True)
                with self._console.step("Stopping ...", "Stopped"):
                    self._supervisor.stop()

    def _start_all(self, *, sample: bool) -> None:
        step, addresses = self._console.step, self._servers.internal
        with step("Starting Postgres and Valkey ...", "Servers are up"):
            self._supervisor.launch(*self._servers.children)
            self._supervisor.wait_for(*self._servers.children)
        with opened(addresses.database_url, pool_size=2, application="skyqueue-up") as database:
            with step("Bringing the database up to date ...", "The database is up to date"):
                warning = upgrade(addresses.database_url)
                self._administrator = ensure_administrator(database, self._settings.accounts, self._folder)
            if warning:
                self._console.say(f"Warning: {warning}")
            # The API is started last, so that workers and flights are available when it is ready.
            others, api = self._programs(database)
            with step("Starting the workers ...", "The workers are up"):
                self._supervisor.launch(*others)
                self._supervisor.wait_for(*others)
            if sample and sample_import.is_needed(database, also_if_departed=bool(self._servers.children)):
                with step("Loading the sample schedule ...", "The sample schedule is loaded"):
                    self._load_sample(database)
            with step("Starting the API ...", "The API is up"):
                self._supervisor.launch(api)
                self._publish()
                self._supervisor.wait_for(api)
        self._print_ready(api.reasons)

    def _load_sample(self, database: Database) -> None:
        storage = open_storage(self._settings.servers)
        running = sample_import.start(database, self._servers.internal.redis_url, storage, say=self._console.say)
        self._supervisor.wait_until(running.is_done, seconds=sample_import.IMPORT_SECONDS, otherwise=sample_import.too_slow)

    def _programs(self, database: Database) -> tuple[list[Child], Api]:
        """The programs to start, without the API, and the API. `database`: where the heartbeats of the workers are read."""
        programs: list[Child] = []
        if self._settings.payments.payments_url is None:
            programs.append(
                Mockpay(
                    "mockpay",
                    log=self._folder.log("mockpay"),
                    guardian=self._guardian,
                    environment=environment.mockpay(self._settings, self._folder, self._api),
                    listener=self._mockpay,
                    data=self._folder.path / environment.LEDGER_FILE,
                )
            )
        product = environment.product(self._settings, self._folder, self._servers.internal, self._payments_url)
        for number in range(1, self._settings.work.worker_processes + 1):
            name = "worker" if number == 1 else f"worker-{number}"
            log = self._folder.log(name)
            programs.append(
                Worker(name, log=log, guardian=self._guardian, environment=product, has_heartbeat=_heartbeat_check(database))
            )
        api = Api("api", log=self._folder.log("api"), guardian=self._guardian, environment=product, listener=self._api)
        return programs, api

    @property
    def _payments_url(self) -> str:
        return self._settings.payments.payments_url or self._mockpay.base_url

    def _publish(self) -> None:
        """Write `runtime.json` for scripts, and `supervisor.json` for the API, each completely or not at all."""
        state = msgspec.json.encode(self._supervisor.supervision()).decode()
        secrets.write(self._folder.supervision_file, state)
        administrator = self._administrator
        processes = [Process(child.name, child.pid) for child in self._supervisor.children]
        Runtime(
            supervisor_pid=os.getpid(),
            base_url=self._api.base_url,
            database_url=self._servers.external.database_url,
            redis_url=self._servers.external.redis_url,
            admin=Admin(self._settings.accounts.admin_username, administrator.password_file if administrator else None),
            processes=[*processes, Process("guardian", self._guardian.pid)],
            payments_url=self._payments_url,
        ).write(self._folder.runtime_file)

    def _print_ready(self, reasons: list[str]) -> None:
        say = self._console.say
        say()
        say(f"Skyqueue is ready: {self._api.base_url}   (the API describes itself at {self._api.base_url}/schema)")
        for reason in reasons:
            say(f"Degraded: {reason}")
        if self._administrator is not None:
            say(self._administrator.sign_in)
        say(f"Data and logs: {self._folder.path}   Stop with Ctrl-C.")


def _heartbeat_check(database: Database) -> Callable[[int], bool]:
    """A function that says whether the worker with a process id has a heartbeat in Postgres."""

    def has_heartbeat(pid: int) -> bool:
        with database.snapshot() as connection:
            return any(each.pid == pid for each in heartbeats.list_answering(connection))

    return has_heartbeat

"""The order in which a machine comes up: folder, port, servers, schema, administrator, worker, schedule, API."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

from core.db import Database
from core.embedded import secrets
from core.embedded.child import Child
from core.embedded.errors import CannotStart
from core.embedded.guardian import Guardian
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.valkey import EmbeddedValkey
from core.migrations import upgrade
from core.settings import Settings
from core.supervisor import external
from core.supervisor.address import Listener
from core.supervisor.console import Console
from core.supervisor.folder import DataFolder
from core.supervisor.programs import HttpProgram, Worker
from core.supervisor.runtime_file import Admin, Process, Runtime
from core.supervisor.supervisor import Stopped, Supervisor
from core.users.service import AdminOutcome, ensure_admin

CRASH_SECONDS = 6.0
"""After a supervisor was killed, its API may hold the port this long."""
ADMIN_PASSWORD_BYTES = 12


def up(settings: Settings, *, sample: bool) -> None:
    """Run everything until Ctrl-C or SIGTERM. `sample`: fill an empty database with the sample schedule.

    Raises `CannotStart` when something is in the way; what was started by then has been ended.
    """
    with contextlib.ExitStack() as held:
        folder = held.enter_context(contextlib.closing(DataFolder(settings.servers.data_dir)))
        folder.lock()
        crashed = folder.runtime_file.exists()
        folder.runtime_file.unlink(missing_ok=True)
        patience = CRASH_SECONDS if crashed else 0.0
        listener = held.enter_context(contextlib.closing(Listener(settings.http.host, settings.http.port, patience=patience)))
        payments = held.enter_context(contextlib.closing(Listener("127.0.0.1", 0)))
        guardian = held.enter_context(contextlib.closing(Guardian()))
        _Machine(settings, folder, listener, payments, guardian).run(sample=sample)


class _Machine:
    def __init__(
        self, settings: Settings, folder: DataFolder, listener: Listener, payments: Listener, guardian: Guardian
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._listener = listener
        self._payments = payments
        self._guardian = guardian
        self._console = Console()
        self._supervisor = Supervisor(guardian, tell=self._console.say, changed=self._publish)
        self._jwt_secret = self._find_jwt_secret()
        given = settings.payments.payments_secret
        self._payments_secret = given.get_secret_value() if given else secrets.kept(folder.path / "payments.secret")
        self._database_url = settings.servers.database_url or ""
        self._redis_url = settings.servers.redis_url or ""
        self._inner_database_url = self._database_url
        self._inner_redis_url = self._redis_url

    def run(self, *, sample: bool) -> None:
        with self._supervisor.signals():
            try:
                self._bring_up(sample=sample)
                self._supervisor.watch()
            except Stopped:
                pass
            finally:
                self._folder.runtime_file.unlink(missing_ok=True)
                with self._console.step("Stopping ...", "Stopped"):
                    self._supervisor.stop()

    def _bring_up(self, *, sample: bool) -> None:
        with self._console.step("Starting Postgres and Valkey ...", "Servers are up"):
            self._start_servers()
        with (
            self._console.step("Bringing the database up to date ...", "The database is up to date"),
            self._database() as database,
        ):
            upgrade(self._inner_database_url)
            password_is_new = self._ensure_admin(database)
        with self._console.step("Starting the worker and the API ...", "The worker and the API are up"):
            self._start_programs()
        self._greet(password_is_new=password_is_new)

    def _start_servers(self) -> None:
        children: list[Child] = []
        if self._database_url:
            external.require_postgres(self._database_url)
        else:
            postgres = EmbeddedPostgres(self._folder.postgres, guardian=self._guardian)
            self._database_url, self._inner_database_url = postgres.url, postgres.socket_url
            children.append(postgres)
        if self._redis_url:
            external.require_redis(self._redis_url)
        else:
            valkey = EmbeddedValkey(self._folder.valkey, guardian=self._guardian)
            self._redis_url, self._inner_redis_url = valkey.url, valkey.socket_url
            children.append(valkey)
        self._supervisor.launch(*children)
        self._supervisor.wait_for(*children)

    def _start_programs(self) -> None:
        environment = self._environment()
        children: list[Child] = []
        if self._settings.payments.payments_url is None:
            environment["SKYQUEUE_PAYMENTS_URL"] = self._payments.base_url
            children.append(self._http_program("mockpay", self._payments, self._mockpay_environment(), "mockpay", "/health"))
        count = self._settings.work.worker_processes
        names = ["worker", *(f"worker-{number}" for number in range(2, count + 1))]
        children += [Worker(name, log=self._folder.log(name), guardian=self._guardian, environment=environment) for name in names]
        children.append(self._http_program("api", self._listener, environment, "api.serve", "/health/ready"))
        self._supervisor.launch(*children)
        self._publish()
        self._supervisor.wait_for(*children)

    def _http_program(
        self, name: str, listener: Listener, environment: Mapping[str, str], module: str, health: str
    ) -> HttpProgram:
        log = self._folder.log(name)
        return HttpProgram(
            name, log=log, guardian=self._guardian, environment=environment, listener=listener, module=module, health=health
        )

    def _mockpay_environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MOCKPAY_LEDGER": str(self._folder.path / "mockpay.sqlite"),
            "MOCKPAY_CALLBACK_URL": f"{self._listener.base_url}/payments/callback",
            "MOCKPAY_SECRET": self._payments_secret,
        }

    def _environment(self) -> dict[str, str]:
        """Our own processes reach our own servers through sockets: a fifth to two fifths faster per call, as measured."""
        return {
            **os.environ,
            "SKYQUEUE_DATA_DIR": str(self._folder.path),
            "SKYQUEUE_DATABASE_URL": self._inner_database_url,
            "SKYQUEUE_REDIS_URL": self._inner_redis_url,
            "SKYQUEUE_JWT_SECRET": self._jwt_secret,
            "SKYQUEUE_PAYMENTS_SECRET": self._payments_secret,
        }

    def _find_jwt_secret(self) -> str:
        accounts, servers = self._settings.accounts, self._settings.servers
        if accounts.jwt_secret is not None:
            return accounts.jwt_secret.get_secret_value()
        if servers.database_url or servers.redis_url:
            raise CannotStart(
                "With servers of your own, the secret that signs access tokens has to be yours too.",
                "Set SKYQUEUE_JWT_SECRET to the same 32 bytes or more everywhere; `openssl rand -hex 32` makes one.",
            )
        return self._folder.jwt_secret()

    def _ensure_admin(self, database: Database) -> bool:
        """True: the password was made up here, just now. Ours, or one we were given for a new account, is kept in the data folder."""
        accounts, password_file = self._settings.accounts, self._folder.admin_password
        given = accounts.admin_password.get_secret_value() if accounts.admin_password else None
        was_kept = password_file.exists()
        password = given or secrets.kept(password_file, ADMIN_PASSWORD_BYTES)
        outcome = ensure_admin(database, accounts.admin_username, password)
        if outcome is AdminOutcome.EXISTED:
            if not was_kept:
                password_file.unlink(missing_ok=True)
            return False
        secrets.write(password_file, password)
        return given is None

    @contextlib.contextmanager
    def _database(self) -> Iterator[Database]:
        database = Database(self._inner_database_url, pool_size=2, application="skyqueue-up")
        try:
            yield database
        finally:
            database.dispose()

    def _publish(self) -> None:
        processes = [Process(child.name, child.pid) for child in self._supervisor.children]
        Runtime(
            supervisor_pid=os.getpid(),
            base_url=self._listener.base_url,
            database_url=self._database_url,
            redis_url=self._redis_url,
            admin=Admin(self._settings.accounts.admin_username, self._password_file()),
            processes=[*processes, Process("guardian", self._guardian.pid)],
        ).write(self._folder.runtime_file)

    def _password_file(self) -> str | None:
        return str(self._folder.admin_password) if self._folder.admin_password.exists() else None

    def _greet(self, *, password_is_new: bool) -> None:
        say, username, password_file = self._console.say, self._settings.accounts.admin_username, self._password_file()
        say()
        say(f"Skyqueue is ready: {self._listener.base_url}   (the API describes itself at {self._listener.base_url}/schema)")
        if password_is_new:
            say(
                f"Sign in as {username} with the password {self._folder.admin_password.read_text().strip()}   (kept in {password_file})"
            )
        else:
            say(f"Sign in as {username}; the password is {f'in {password_file}' if password_file else 'the one you gave it'}")
        say(f"Data and logs: {self._folder.path}   Stop with Ctrl-C.")

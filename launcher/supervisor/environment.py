"""The environment variables of the processes that `skyqueue up` starts: those of the operator, with addresses and secrets added."""

from __future__ import annotations

from core.environment.files import environment_with
from core.settings import Settings
from core.startup import CannotStart
from core.users.tokens import SECRET_BYTES
from launcher.embedded import secrets
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.listener import Listener
from launcher.supervisor.programs import STARTED_BY
from launcher.supervisor.servers import Addresses

LEDGER_FILE = "mockpay.sqlite"
"""The ledger of the practice provider, in the data folder."""


def product(settings: Settings, folder: DataFolder, addresses: Addresses, payments_url: str) -> dict[str, str]:
    """The environment of API and workers. Raises `CannotStart` when the operator has to set a secret."""
    return environment_with(
        {
            STARTED_BY: str(folder.path),
            "SKYQUEUE_DATA_DIR": str(folder.path),
            "SKYQUEUE_DATABASE_URL": addresses.database_url,
            "SKYQUEUE_REDIS_URL": addresses.redis_url,
            "SKYQUEUE_JWT_SECRET": _jwt_secret(settings, folder),
            "SKYQUEUE_PAYMENTS_URL": payments_url,
            "SKYQUEUE_PAYMENTS_SECRET": _payments_secret(settings, folder),
        }
    )


def mockpay(settings: Settings, folder: DataFolder, api: Listener) -> dict[str, str]:
    """The environment of the practice provider, with the address of the API for callbacks."""
    return environment_with(
        {
            STARTED_BY: str(folder.path),
            "MOCKPAY_LEDGER": str(folder.path / LEDGER_FILE),
            "MOCKPAY_CALLBACK_URL": f"{api.base_url}/payments/callback",
            "MOCKPAY_SECRET": _payments_secret(settings, folder),
        }
    )


def require_secrets(settings: Settings, folder: DataFolder) -> None:
    """Check all secrets before anything is started. Raises `CannotStart` when one is missing or cannot be used."""
    _jwt_secret(settings, folder)
    _payments_secret(settings, folder)
    if settings.accounts.admin_password is None and folder.admin_password.exists():
        secrets.load_or_create(folder.admin_password)


def _jwt_secret(settings: Settings, folder: DataFolder) -> str:
    """The secret that signs access tokens. With embedded servers it is made once. With other servers the operator has to set it, because API
    processes on other machines need the same.
    """
    if settings.accounts.jwt_secret is not None:
        return long_enough(settings.accounts.jwt_secret.get_secret_value(), "SKYQUEUE_JWT_SECRET", "Set another")
    if settings.servers.database_url or settings.servers.redis_url:
        raise CannotStart(
            "With servers of your own, the secret that signs access tokens has to be yours too.",
            "Set SKYQUEUE_JWT_SECRET to the same 32 bytes or more everywhere; `openssl rand -hex 32` makes one.",
        )
    file = folder.path / "jwt.secret"
    return long_enough(secrets.load_or_create(file), str(file), "Remove it, and a new one is made")


def long_enough(secret: str, name: str, remedy: str) -> str:
    """The secret, if it is long enough to sign access tokens. Else raises `CannotStart` with its `name` and the `remedy`."""
    if len(secret.encode()) < SECRET_BYTES:
        raise CannotStart(f"{name} is shorter than {SECRET_BYTES} bytes.", f"{remedy}; `openssl rand -hex 32` makes one.")
    return secret


def _payments_secret(settings: Settings, folder: DataFolder) -> str:
    given = settings.payments.payments_secret
    return given.get_secret_value() if given else secrets.load_or_create(folder.path / "payments.secret")

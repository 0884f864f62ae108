"""The environment of our own processes: the operator's, with the addresses and the secrets that we found or made."""

from __future__ import annotations

from core.environment.files import environment_with
from core.settings import Settings
from core.startup import CannotStart
from core.users.tokens import SECRET_BYTES
from launcher.embedded import secrets
from launcher.supervisor.address import Listener
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.programs import OWNER
from launcher.supervisor.servers import Addresses

BOOKS = "mockpay.sqlite"
"""Of the practice provider, in the data folder."""


def product(settings: Settings, folder: DataFolder, addresses: Addresses, payments_url: str) -> dict[str, str]:
    """For API and workers. Raises `CannotStart` when the operator has to choose a secret."""
    return environment_with(
        {
            OWNER: str(folder.path),
            "SKYQUEUE_DATA_DIR": str(folder.path),
            "SKYQUEUE_DATABASE_URL": addresses.database_url,
            "SKYQUEUE_REDIS_URL": addresses.redis_url,
            "SKYQUEUE_JWT_SECRET": _jwt_secret(settings, folder),
            "SKYQUEUE_PAYMENTS_URL": payments_url,
            "SKYQUEUE_PAYMENTS_SECRET": _payments_secret(settings, folder),
        }
    )


def mockpay(settings: Settings, folder: DataFolder, api: Listener) -> dict[str, str]:
    """For the practice provider, which calls the API back."""
    return environment_with(
        {
            OWNER: str(folder.path),
            "MOCKPAY_LEDGER": str(folder.path / BOOKS),
            "MOCKPAY_CALLBACK_URL": f"{api.base_url}/payments/callback",
            "MOCKPAY_SECRET": _payments_secret(settings, folder),
        }
    )


def require_secrets(settings: Settings, folder: DataFolder) -> None:
    """A secret that is missing, or of no use, is told before anything starts."""
    _jwt_secret(settings, folder)
    _payments_secret(settings, folder)
    if settings.accounts.admin_password is None and folder.admin_password.exists():
        secrets.kept(folder.admin_password)


def _jwt_secret(settings: Settings, folder: DataFolder) -> str:
    """Made once for our own servers. With others, further API processes may run elsewhere, and all of them need the same."""
    if settings.accounts.jwt_secret is not None:
        return long_enough(settings.accounts.jwt_secret.get_secret_value(), "SKYQUEUE_JWT_SECRET", "Set another")
    if settings.servers.database_url or settings.servers.redis_url:
        raise CannotStart(
            "With servers of your own, the secret that signs access tokens has to be yours too.",
            "Set SKYQUEUE_JWT_SECRET to the same 32 bytes or more everywhere; `openssl rand -hex 32` makes one.",
        )
    file = folder.path / "jwt.secret"
    return long_enough(secrets.kept(file), str(file), "Remove it, and a new one is made")


def long_enough(secret: str, name: str, remedy: str) -> str:
    """The secret, which signs access tokens. Raises `CannotStart`, which names it, when it is too short for that."""
    if len(secret.encode()) < SECRET_BYTES:
        raise CannotStart(f"{name} is shorter than {SECRET_BYTES} bytes.", f"{remedy}; `openssl rand -hex 32` makes a good one.")
    return secret


def _payments_secret(settings: Settings, folder: DataFolder) -> str:
    given = settings.payments.payments_secret
    return given.get_secret_value() if given else secrets.kept(folder.path / "payments.secret")

"""Read settings from environment variables. Some may be in a file: variable `X` has the value, or `X_FILE` has the path of the
file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationInfo, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from core.environment.names import is_link
from core.environment.values import cleaned

OR_FILE: Final = object()
"""Marks a setting that may be in a file: `Annotated[..., OR_FILE]`."""
SUFFIX: Final = "_FILE"


class WrongFile(ValueError):
    """What is wrong with the file of a setting, in one line. The message never contains the content of the file."""


class Environment(BaseSettings):
    """Settings from variables and files. An empty or blank variable counts as unset."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, _Files(settings_cls), file_secret_settings

    @field_validator("*", mode="before")
    @classmethod
    def _is_clean(cls, value: Any, info: ValidationInfo) -> Any:
        """The cleaned value. The default if the variable is blank, or was set by Kubernetes for another purpose."""
        if not isinstance(value, str):
            return value
        name = str(info.field_name)
        variable, field = cls._variable(name), cls.model_fields[name]
        written = "" if is_link(variable, value) else cleaned(variable, value, field.annotation)
        return written or field.get_default(call_default_factory=True)

    @classmethod
    def variables(cls) -> dict[str, bool]:
        """The names of the variables, and whether each may be in a file."""
        return {cls._variable(name): OR_FILE in field.metadata for name, field in cls.model_fields.items()}

    @classmethod
    def _variable(cls, name: str) -> str:
        return f"{cls.model_config.get('env_prefix', '')}{name}".upper()


class _Files(EnvSettingsSource):
    """Reads the settings that are in files. Raises `WrongFile`."""

    def __call__(self) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            variable = f"{self.env_prefix}{name}".upper()
            path = self.env_vars.get(f"{variable}{SUFFIX}".lower())
            if OR_FILE not in field.metadata or not path:
                continue
            if self.env_vars.get(variable.lower()):
                raise WrongFile(f"{variable} and {variable}{SUFFIX} are both set. Keep one of them.")
            read[name] = read_line(f"{variable}{SUFFIX}", Path(path).expanduser())
        return read


def read_line(name: str, path: Path) -> str:
    """The only line of the file, without its line break. Spaces belong to the value. Raises `WrongFile`, whose message has `name`."""
    shown = ascii(str(path))[1:-1]
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe, for example, can be read only once, and we may read the file again
            raise WrongFile(f"{name}: {shown} is not a regular file.")
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise WrongFile(f"{name}: {shown} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise WrongFile(f"{name}: {shown} is not text in UTF-8.") from None
    if not value.strip():
        raise WrongFile(f"{name}: {shown} is empty.")
    if len(value.splitlines()) > 1:
        raise WrongFile(f"{name}: {shown} has more than one line.")
    return value


def environment_with(values: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process: ours, with `values` instead of the variables of these names and their `_FILE` variants."""
    replaced = {each for name in values for each in (name, f"{name}{SUFFIX}")}
    return {name: value for name, value in os.environ.items() if name.upper() not in replaced} | dict(values)

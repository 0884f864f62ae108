"""Classify environment variables that begin with `SKYQUEUE_`: settings, misspelt settings, and variables of other programs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

PREFIX: Final = "SKYQUEUE_"
MOST_EDITS: Final = 2
"""A name that is at most so many edits away from a setting's name counts as misspelt. A name further away may be a setting of
another version.
"""
ALIKE: Final = 80.0
"""The smallest similarity (0 to 100) at which another name is suggested."""

_OTHERS: Final = re.compile(
    # Used by the tests, and by `skyqueue up` for the programs that it starts.
    "SKYQUEUE_TEST_.*|SKYQUEUE_STARTED_BY_UP_IN|"
    # Used in compose.yaml only.
    "SKYQUEUE_(APP_PORT|IMAGE|SAMPLE)|"
    # Set by Kubernetes for each Service whose name begins with `skyqueue`.
    r"SKYQUEUE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_LINK: Final = re.compile(r"(tcp|udp|sctp)://\S+:\d+")


def is_link(variable: str, value: str) -> bool:
    """Whether Kubernetes has set the variable: for a Service named `skyqueue` it sets `SKYQUEUE_PORT=tcp://10.0.0.9:8000`."""
    return variable.endswith("_PORT") and _LINK.fullmatch(value) is not None


def misspelt(environment: Mapping[str, str], known: Collection[str]) -> list[str]:
    """One line for each variable with a misspelt name of a setting. Without it the value would be ignored silently."""
    lines = []
    by_letters = {_squeezed(each): each for each in known}
    for name in sorted(set(environment) - set(known)):
        if not environment[name] or _is_of_others(name, environment[name]):
            continue
        meant = _meant(name, by_letters)
        if meant is not None:
            lines.append(f"{name} is not a setting. Write {meant}, or remove it.")
    return lines


def unknown(environment: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """One line for each variable that has no effect: it is not a setting of this version, or Kubernetes has set it."""
    lines = {}
    for name in sorted(environment):
        value = environment[name]
        if name in known and is_link(name, value):
            lines[name] = (
                f"{name} is {value}, which Kubernetes sets for a Service of that name. It counts as unset; "
                "set it for the container itself to choose another than the default."
            )
        elif value and name.upper().startswith(PREFIX) and name not in known and not _is_of_others(name, value):
            by_words = {_words(each): each for each in sorted(known) if not each.endswith("_FILE")}
            near = process.extractOne(_words(name), list(by_words), scorer=fuzz.WRatio, score_cutoff=ALIKE)
            lines[name] = f"{name} is not a setting of this version, and changes nothing." + (
                f" The nearest name is {by_words[near[0]]}." if near else ""
            )
    return lines


def _is_of_others(name: str, value: str) -> bool:
    return _OTHERS.fullmatch(name) is not None or (name.startswith(PREFIX) and is_link(name, value))


def _meant(name: str, by_letters: Mapping[str, str]) -> str | None:
    """The setting that is probably meant: its name differs only in case, in underscores or in a few letters. `by_letters`: the names of the
    settings by their squeezed form.
    """
    squeezed = _squeezed(name)
    if squeezed in by_letters:
        return by_letters[squeezed]
    near = process.extractOne(name.upper(), by_letters.values(), scorer=OSA.distance, score_cutoff=MOST_EDITS)
    return near[0] if near else None


def _words(name: str) -> str:
    return name.upper().removeprefix(PREFIX).replace("_", " ")


def _squeezed(name: str) -> str:
    return re.sub("[^A-Z0-9]", "", name.upper())

"""A real browser, found or unpacked. It needs no root, and no other host than the package registry.

The order is `$CHROMIUM_PATH`, `/usr/bin/chromium`, and the npm package `@sparticuz/chromium`, which is unpacked once into `.cache/`.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[3]
FRONTEND: Final = ROOT / "frontend"
CACHE: Final = ROOT / ".cache"
PACKAGE: Final = FRONTEND / "node_modules" / "@sparticuz" / "chromium"

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# With this variable the package also unpacks the NSS libraries and the fonts that a bare machine lacks.
_UNPACK_ALL: Final = {"AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"}
_UNPACK: Final = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();"

# The package's own file names folders of the machine it was made for. Without any font no text has a height.
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class NoBrowser(Exception):
    """There is none for this machine; the message says what to do."""


@dataclass(frozen=True)
class Chromium:
    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Raises `NoBrowser`."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return Chromium(Path(named))
    installed = Path("/usr/bin/chromium")
    if installed.exists():
        return Chromium(installed)
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        raise NoBrowser("the unpacked Chromium is for Linux on x86-64; name another one in CHROMIUM_PATH")
    if not PACKAGE.exists():
        raise NoBrowser("@sparticuz/chromium is not installed: run `make setup`, or name a browser in CHROMIUM_PATH")
    return _unpacked()


def _unpacked() -> Chromium:
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = CACHE / f"chromium-{version}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        # Complete or absent, also when two test processes unpack at once.
        draft = Path(tempfile.mkdtemp(prefix="chromium-", dir=CACHE))
        environment = {**os.environ, **_UNPACK_ALL, "TMPDIR": str(draft)}
        try:
            subprocess.run([_node(), "--input-type=module", "-e", _UNPACK], cwd=FRONTEND, env=environment, check=True, timeout=60)
            (draft / "fonts.conf").write_text(_FONTS)
            for path in (draft, draft / "chromium"):
                path.chmod(0o755)
            with suppress(OSError):
                draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Chromium(
        folder / "chromium",
        {
            "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
            "XDG_CACHE_HOME": str(folder),
        },
    )


def _node() -> str:
    """The Node of this virtual environment, else the one on the path."""
    ours = Path(sysconfig.get_path("scripts")) / "node"
    return str(ours) if ours.exists() else "node"


@contextmanager
def launched(chromium: Chromium) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        try:
            yield browser
        finally:
            browser.close()

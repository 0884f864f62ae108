"""Checks whether the storage of uploaded files can be written to."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from api.readiness.check import UNEXPECTED, Check, Finding
from api.readiness.codes import Code
from core.imports.storage.files import Storage


class StorageCheck(Check):
    """Writes a file, in a thread that is used for nothing else, because a network file system may block a thread without end."""

    name = "storage"
    every_seconds = 3.0
    patience_seconds = 5.0
    silence = Finding(Code.STORAGE_REFUSES, "The storage of uploads does not answer; files cannot be imported.")
    failure = Finding(Code.STORAGE_REFUSES, f"The storage of uploads {UNEXPECTED}.")

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.every_seconds = max(self.every_seconds, storage.probe_seconds)

    async def run(self) -> list[Finding]:
        try:
            await _in_thread(self._storage)
        except OSError as error:
            reason = error.strerror or str(error).partition("\n")[0] or type(error).__name__
            return [Finding(Code.STORAGE_REFUSES, f"The storage of uploads takes no files: {reason.rstrip('.')}.")]
        return []


async def _in_thread(storage: Storage) -> None:
    loop = asyncio.get_running_loop()
    result: asyncio.Future[None] = loop.create_future()

    def end(error: Exception | None) -> None:
        if not result.done():
            result.set_exception(error) if error else result.set_result(None)

    def probe() -> None:
        error: Exception | None = None
        try:
            storage.probe()
        except Exception as raised:  # it is passed on to the event loop
            error = raised
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(end, error)

    threading.Thread(target=probe, name="storage-probe", daemon=True).start()
    await result

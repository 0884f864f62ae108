"""Turn traces on if a setting names a receiver. The only module that imports OpenTelemetry, and only in that case."""

from __future__ import annotations


def start_if_configured(receiver: str | None, process: str) -> None:
    """Call it once in a process, before it connects to Postgres or Redis. `receiver`: the address of an OTLP/HTTP receiver; None: traces
    stay off.
    """
    if receiver is not None:
        from core.telemetry.tracing.otel.start import (
            start,  # imported here because it takes much memory, and is not needed by default
        )

        start(receiver, process)

"""Turns traces on where a setting names a receiver. The only module that leads to OpenTelemetry."""

from __future__ import annotations


def start_if_wanted(receiver: str | None, process: str) -> None:
    """Call it once in a process, before it connects anywhere. None: nothing is imported."""
    if receiver is not None:
        from core.telemetry.tracing.otel.start import start  # heavy, and off by default

        start(receiver, process)

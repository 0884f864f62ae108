"""Traces. All other packages call `spans.py`, which does nothing while traces are off. `otel/` writes the spans with OpenTelemetry."""

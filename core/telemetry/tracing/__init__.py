"""Traces: `spans.py` is what the product calls, and costs nothing while traces are off; `otel/` writes them with OpenTelemetry."""

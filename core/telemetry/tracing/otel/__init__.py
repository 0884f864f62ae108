"""Write traces with OpenTelemetry. This package is imported only if traces are on (`core/telemetry/tracing/setting.py`)."""

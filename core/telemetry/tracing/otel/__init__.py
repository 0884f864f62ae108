"""What writes traces with OpenTelemetry. Nothing imports this package while traces are off (`core/telemetry/tracing/setting.py`)."""

"""What writes traces with OpenTelemetry. Nothing imports this package while traces are off (`core/telemetry/tracing/setting.py`)."""

import sys

from core import HIDDEN

for _name in HIDDEN:
    if sys.modules.get(_name, sys) is None:
        del sys.modules[_name]

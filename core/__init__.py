"""The domain of Skyqueue."""

import sys

__version__ = "0.1.0"
"""The version of the whole product. It is defined only here: the package, the API document and the container image read it from
here.
"""

HIDDEN = ("opentelemetry.metrics", "opentelemetry.sdk.metrics")
"""redis-py imports them wherever they are installed (45 ms, 2.5 MB), for a feature that nobody here uses. What is None in the table of modules
cannot be imported, and redis-py takes that for "not installed". Only a process that writes traces shows them again.
"""
for _name in HIDDEN:
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]

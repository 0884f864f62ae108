"""Serves an application exactly as the product is served: `python -m loadtests.bench.installation.serve MODULE:FUNCTION`."""

from __future__ import annotations

import importlib
import sys

from api.serve import serve
from core.settings import Settings


def main() -> None:
    module, _, function = sys.argv[1].partition(":")
    serve(getattr(importlib.import_module(module), function)(), Settings().http)


if __name__ == "__main__":
    main()

"""The header `X-Load-Run`: the name of a load test. Afterwards `GET /admin/load-runs/{id}` returns the results of its bookings."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter

from core.load_runs.recording import RUN_ID
from core.text.patterns import END

LoadRunName = Annotated[
    str | None,
    HeaderParameter(
        name="X-Load-Run",
        min_length=1,
        max_length=64,
        pattern=rf"^{RUN_ID}{END}",
        required=False,
        description="The name of a load run: letters, digits, `.`, `_`, `-`. Its bookings and polls are counted for `/admin/load-runs/{id}`.",
    ),
]
NAME: Final = re.compile(RUN_ID)
"""The pattern of the whole header."""

"""`X-Load-Run`: a load test names itself, so that what became of its bookings can be asked afterwards (`GET /admin/load-runs/{id}`)."""

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
        description="The name of a load run: letters, digits, `.`, `_`, `-`. Its bookings and polls are noted for `/admin/load-runs/{id}`.",
    ),
]
NAME: Final = re.compile(RUN_ID)
"""What the header may hold, as a whole."""

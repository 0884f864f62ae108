"""Array parameters whose length the planner does not see, so that Postgres plans a frequent statement once for each connection.

For every execution of a prepared statement, Postgres compares the cost of a plan for these values with the cost of the common plan for all
values. With an array in sight the comparison is misleading:

    WHERE id = ANY($1)    these values: one id, cost 13 with the planning; common plan: ten ids are assumed, cost 83

Both plans are the same, an index scan. But the first one seems cheaper, so a process that reads one booking at a time plans the statement
each time, which takes longer than running it: reading a booking with its flights takes 0.06 ms of the server, and planning that 0.3 ms.
"""

from __future__ import annotations


def any_length(parameter: str, kind: str) -> str:
    """SQL of an array parameter of this type: ten elements are assumed whatever its length, as in the common plan. `any_length("%s", "uuid[]")`."""
    return f"(SELECT {parameter}::{kind})::{kind}"

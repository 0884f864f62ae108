"""What is concluded from the answers of servers and poolers. No server runs in these tests."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator

import pytest

from core.db import pooler, session
from core.db.suitability import option_names

POOL = range(100, 150)


def last_used_first(idle: deque[int]) -> int:
    return idle[-1]


def longest_unused_first(idle: deque[int]) -> int:
    process = idle.popleft()
    idle.append(process)
    return process


def at_random(seed: int) -> Callable[[deque[int]], int]:
    return random.Random(seed).choice


def simulated_answers(take: Callable[[deque[int]], int], processes: int) -> Iterator[tuple[int, int]]:
    idle = deque(POOL[:processes])
    return ((number, take(idle)) for number in pooler.query_order(pooler.SESSIONS))


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 8, 9, 20, 50])
@pytest.mark.parametrize("take", [last_used_first, longest_unused_first, at_random(1), at_random(2)])
def test_sessions_that_clients_share_are_detected(take: Callable[[deque[int]], int], processes: int) -> None:
    assert pooler.are_shared(simulated_answers(take, processes))


def test_several_pooler_processes_behind_one_port_are_detected() -> None:
    """Each of 7 processes has one idle session, which it gives to the next client."""
    queries = pooler.query_order(pooler.SESSIONS)
    assert pooler.are_shared((number, number % (pooler.SESSIONS - 1)) for number in queries)


def test_a_session_for_each_connection_is_not_shared() -> None:
    assert not pooler.are_shared((number, 100 + number) for number in pooler.query_order(pooler.SESSIONS))


@pytest.mark.parametrize(
    ("server_version", "major"),
    [(80002, 8), (90624, 9), (140000, 14), (140019, 14), (150000, 15), (150004, 15), (180006, 18), (0, 0)],
)
def test_the_version_of_a_server(server_version: int, major: int) -> None:
    assert session.major_version(server_version) == major
    assert (major < session.OLDEST_POSTGRES) == (server_version < 150000)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ("", set()),
        ("-csearch_path=a,b", {"search_path"}),
        ("-c search_path=a -c  Work_Mem=1MB", {"search_path", "work_mem"}),
        ("--search-path=a --jit=off", {"search_path", "jit"}),
        (r"-c search_path=a\ b -cjit=off", {"search_path", "jit"}),
        ("-c search_path='it''s'", {"search_path"}),
        ("-c", {""}),
    ],
)
def test_settings_that_options_name(options: str, names: set[str]) -> None:
    assert option_names(options) == names

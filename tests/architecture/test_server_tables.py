"""Each row of the tables of servers and settings in `docs/operations.md` has a test that shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from typing import Final

import pytest

from tests.architecture.source import ROOT

PAGE: Final = (ROOT / "docs" / "operations.md").read_text()

POSTGRES: Final = {
    "Postgres 15, 16, 17, 18": "unit/test_database_suitability.py::test_the_version_of_a_server",
    "older": "integration/test_database_refused.py::test_an_old_server_is_refused",
    "encoding UTF8": "integration/test_place_keys.py::test_one_place_written_in_two_ways_is_one_place",
    "another encoding": "integration/test_database_refused.py::test_an_encoding_that_cannot_hold_every_name_is_refused",
    "`DateStyle`": "integration/test_database_settings.py::test_settings_of_the_database_change_nothing",
    "`synchronous_commit`": "integration/test_database_settings.py::test_a_stricter_way_to_commit_stays",
    "`fsync = off`": "support/servers.py::shared_postgres",  # all tests that share a server
    "a standby server": "integration/test_database_refused.py::test_a_standby_is_refused_and_passed_over_for_the_primary",
    "`session_replication_role`": "integration/test_database_refused.py::test_no_foreign_keys",
    "several hosts": "integration/test_database_settings.py::test_several_hosts_of_which_one_answers",
    "a user, password": "integration/test_database_settings.py::test_names_and_passwords_of_any_characters",
    "what is no address": "unit/test_database_address.py::test_what_is_no_address_is_refused_and_not_quoted",
    "`options=`": "unit/test_database_address.py::test_an_address_means_what_libpq_says",
    "a parameter that libpq": "unit/test_database_address.py::test_what_is_no_address_is_refused_and_not_quoted",
    "`replication=`": "unit/test_database_address.py::test_what_is_no_address_is_refused_and_not_quoted",
    "a schema other than": "integration/test_database_settings.py::test_a_schema_is_the_same_for_every_part",
    "a search path that leads to no": "integration/test_database_refused.py::test_no_use_of_the_schema",
    "a search path that leads to the": (
        "integration/test_database_refused.py::test_a_search_path_that_finds_the_tables_of_another_installation_is_refused"
    ),
    "a database, role": "integration/test_database_refused.py::test_a_database_that_does_not_exist_is_an_error",
    "a role that may read": "integration/test_database_refused.py::test_no_use_of_the_tables",
    "a role that lacks": "integration/test_database_refused.py::test_no_use_of_the_tables",
    "": "integration/test_database_refused.py::test_no_temporary_tables",
    "`migrate` as a role": "integration/test_database_refused.py::test_no_tables_of_its_own",
    "no tables": "integration/test_database_refused.py::test_a_database_without_tables_is_refused_by_who_needs_them",
    "PgBouncer with `pool_mode = session`": "integration/test_pgbouncer.py::test_a_session_of_our_own_is_as_good_as_no_pooler",
    "PgBouncer with `pool_mode = transaction`": "integration/test_pgbouncer.py::test_a_session_that_others_get_too_is_refused",
    "a pooler with too few": "integration/test_pgbouncer.py::test_a_pooler_with_too_few_sessions_is_refused",
    "a pooler that leaves out": "integration/test_pgbouncer.py::test_a_pooler_that_ignores_options_of_the_address_is_refused",
}
"""The beginnings of the rows, in their order."""
ADDRESS: Final = "unit/test_redis_address.py::test_what_the_driver_would_misread_is_refused"
SUITABILITY: Final = "integration/test_redis_suitability.py"
REDIS: Final = [
    ("Redis 7 and newer", f"{SUITABILITY}::test_a_server_with_safe_settings_is_fine_and_nothing_on_it_changes"),
    ("older", f"{SUITABILITY}::test_an_old_server_is_refused"),
    ("`redis://`", "unit/test_redis_address.py::test_an_address_is_understood"),
    ("`rediss://`", "integration/test_redis_tls.py::test_every_part_of_the_product_works_with_tls"),
    ("`unix:", f"{SUITABILITY}::test_a_unix_socket_works"),
    ("a user and a password", f"{SUITABILITY}::test_a_password_and_another_database_with_special_characters_work"),
    ("what is no address", ADDRESS),
    ("`redis+sentinel://`", ADDRESS),
    ("several hosts", ADDRESS),
    ("a socket without", ADDRESS),
    ("a database that is no number", ADDRESS),
    ("any other parameter", ADDRESS),
    ("a parameter of TLS", ADDRESS),
    ("a parameter without", ADDRESS),
    ("", ADDRESS),
    ("", ADDRESS),
    ("a server that is away", f"{SUITABILITY}::test_a_server_that_is_away_only_stops_who_needs_it"),
    ("a server that loads", f"{SUITABILITY}::test_a_server_that_loads_its_data_is_away_until_it_has"),
    ("TLS on one side", "integration/test_redis_tls.py::test_a_server_without_tls_is_refused"),
    ("", "integration/test_redis_tls.py::test_an_address_without_tls_is_refused"),
    ("a certificate", "integration/test_redis_tls.py::test_a_server_of_an_unknown_authority_is_refused"),
    ("a password that", f"{SUITABILITY}::test_a_missing_or_wrong_password_is_an_error"),
    ("", f"{SUITABILITY}::test_a_missing_or_wrong_password_is_an_error"),
    ("protected mode", f"{SUITABILITY}::test_protected_mode_is_an_error"),
    ("a database that the server", f"{SUITABILITY}::test_a_database_that_does_not_exist_is_an_error"),
    ("any other error when connecting", f"{SUITABILITY}::test_another_error_of_the_server_is_quoted"),
    ("Redis Cluster", f"{SUITABILITY}::test_a_cluster_is_refused_also_one_that_has_all_slots"),
    ("Redis Sentinel", f"{SUITABILITY}::test_a_sentinel_is_refused"),
    ("a replica", f"{SUITABILITY}::test_a_replica_is_refused"),
    ("a user of an access list", "integration/test_redis_rights.py::test_nothing_that_is_needed_is_missing"),
    ("one with fewer", f"{SUITABILITY}::test_each_command_that_is_missing_is_named"),
    ("one that may not run `INFO`", f"{SUITABILITY}::test_without_info_the_server_can_be_used_and_a_danger_is_reported"),
    ("a command that was renamed or disabled", f"{SUITABILITY}::test_a_renamed_or_removed_command_is_reported"),
    ("a `maxmemory-policy`", f"{SUITABILITY}::test_a_server_that_evicts_keys_and_does_not_persist_is_reported_but_accepted"),
    ("`appendonly no`", f"{SUITABILITY}::test_a_server_that_evicts_keys_and_does_not_persist_is_reported_but_accepted"),
    ("a server that is full", f"{SUITABILITY}::test_a_server_that_refuses_writes_now_is_reported_but_accepted"),
    ("another program", "faults/test_broken_redis.py::test_flushing_redis_under_load_oversells_nothing_and_loses_nothing"),
]
VALUES: Final = "unit/test_setting_values.py"
NAMES: Final = "unit/test_setting_names.py"
SETTINGS: Final = [
    ("nothing", f"{VALUES}::test_a_blank_value_is_the_default"),
    ("spaces or a line break", f"{VALUES}::test_spaces_around_an_address_do_not_count_and_those_of_a_secret_do"),
    ("a path with a space", f"{VALUES}::test_an_unclear_value_is_an_error_in_one_line"),
    ("a value in quotes", f"{VALUES}::test_an_unclear_value_is_an_error_in_one_line"),
    ("`1_000`", f"{VALUES}::test_a_number_may_be_written_in_any_clear_way"),
    ("`15 min`", f"{VALUES}::test_an_unclear_value_is_an_error_in_one_line"),
    ("`SKYQUEUE_STORAGE_URL`", f"{VALUES}::test_an_invalid_bucket_address_is_reported_without_its_secret"),
    ("a name in lower case", f"{NAMES}::test_a_misspelt_setting_is_refused_with_a_suggestion"),
    ("another name with our prefix", f"{NAMES}::test_a_setting_of_another_version_is_reported_once_and_does_not_stop_the_start"),
    ("`SKYQUEUE_PORT=tcp:", f"{NAMES}::test_the_port_that_kubernetes_sets_counts_as_unset_and_is_reported"),
    ("the other variables of Kubernetes", f"{NAMES}::test_variables_of_other_programs_are_ignored"),
]
TABLES: Final[Mapping[str, list[tuple[str, str]]]] = {
    "## Servers of your own: Postgres": list(POSTGRES.items()),
    "## Servers of your own: Redis": REDIS,
    "### How settings are read": SETTINGS,
}


def rows(heading: str) -> list[str]:
    """The first cells of the table below a heading, without the head of the table."""
    section = re.split(r"^##", PAGE.split(f"{heading}\n")[1], flags=re.MULTILINE)[0]
    return [row.partition(" |")[0].strip() for row in re.findall(r"^\|(.*) \|$", section, re.MULTILINE)[1:] if "---" not in row]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("heading", TABLES)
def test_every_row_has_a_test(heading: str) -> None:
    for row, (begins, test) in zip_longest(rows(heading), TABLES[heading], fillvalue=("", "")):
        assert isinstance(row, str)
        assert row.startswith(begins) if begins else row == "", (row, begins)
        path, _, name = test.partition("::")
        assert name in functions(path), test

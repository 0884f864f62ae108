"""Redis servers of every kind, and the error for each. On Valkey, and on the system's Redis if there is one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import redis

from core import keys
from core.redis import clients, rights
from core.redis.address import Address, parse
from core.redis.refusals import UnusableRedis
from core.redis.suitability import Trouble, check_kind, examine, require
from tests.support.redis_servers import REDIS, SAFE, VALKEY, RedisServer, StartRedis
from tests.support.waiting import until

KINDS = pytest.mark.parametrize("kind", [VALKEY, REDIS])


def troubles(url: str) -> list[Trouble]:
    address = parse(url)
    with clients.connect(address.url, seconds=5) as client:
        first = examine(client, address)
        assert examine(client, address) == first  # on the same connection
    return [finding.trouble for finding in first]


def refusal(url: str) -> str:
    with pytest.raises(UnusableRedis) as refused:
        troubles(url)
    line = str(refused.value)
    assert "\n" not in line
    assert "secret" not in line
    return line


@KINDS
def test_a_server_with_safe_settings_is_fine_and_nothing_on_it_changes(start_redis: StartRedis, kind: str) -> None:
    server = start_redis(kind, **SAFE)
    assert troubles(server.url) == []
    with server.client() as client:
        assert client.dbsize() == 0
        assert client.info("persistence")["rdb_changes_since_last_save"] == 0


@KINDS
def test_a_server_that_evicts_keys_and_does_not_persist_is_reported_but_accepted(start_redis: StartRedis, kind: str) -> None:
    assert troubles(start_redis(kind, maxmemory_policy="allkeys-lru").url) == [Trouble.EVICTS, Trouble.FORGETS]


@KINDS
def test_a_cluster_is_refused_also_one_that_has_all_slots(start_redis: StartRedis, kind: str) -> None:
    server = start_redis(kind, cluster_enabled="yes")
    assert f"Redis at {server.place} is a node of a Redis Cluster" in refusal(server.url)
    with server.client() as client:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        until(lambda: client.execute_command("CLUSTER INFO")["cluster_state"] == "ok")
    assert "is a node of a Redis Cluster" in refusal(server.url)


@KINDS
def test_a_sentinel_is_refused(start_redis: StartRedis, kind: str) -> None:
    assert "is a Sentinel, which keeps no data" in refusal(start_redis(kind, is_sentinel=True).url)


@KINDS
def test_a_replica_is_refused(start_redis: StartRedis, kind: str) -> None:
    primary = start_redis(kind)
    replica = start_redis(kind, replicaof=f"127.0.0.1 {primary.port}")
    assert "is a read-only replica" in refusal(replica.url)


@KINDS
def test_a_missing_or_wrong_password_is_an_error(start_redis: StartRedis, kind: str) -> None:
    place = start_redis(kind, requirepass="secret").place
    assert "requires a password, and SKYQUEUE_REDIS_URL has none" in refusal(f"redis://{place}/0")
    assert "does not accept the password of user default" in refusal(f"redis://:secret2@{place}/0")
    assert "does not accept the password of user nobody" in refusal(f"redis://nobody:secret@{place}/0")
    assert troubles(f"redis://:secret@{place}/0") == [Trouble.FORGETS]


@KINDS
def test_a_password_and_another_database_with_special_characters_work(start_redis: StartRedis, kind: str) -> None:
    place = start_redis(kind, requirepass='"p@/ %?#"').place
    assert troubles(f"redis://:p%40%2F%20%25%3F%23@{place}/5") == [Trouble.FORGETS]


@KINDS
def test_a_database_that_does_not_exist_is_an_error(start_redis: StartRedis, kind: str) -> None:
    server = start_redis(kind)
    assert "has no database 99" in refusal(f"redis://{server.place}/99")


@KINDS
def test_protected_mode_is_an_error(start_redis: StartRedis, kind: str) -> None:
    """From an address of this machine that is not the loopback one, as from another machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, and shows which address would be used
        except OSError:
            pytest.skip("this machine has no network beside the loopback one")
        address = probe.getsockname()[0]
    server = start_redis(kind, bind="*")
    assert "is in protected mode" in refusal(f"redis://{address}:{server.port}/0")


def test_another_error_of_the_server_is_quoted() -> None:
    """For example an error of a proxy."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def refuse_all_commands() -> None:
            client, _ = proxy.accept()
            with client:
                while client.recv(65536):
                    client.sendall(b"-ERR no upstream\r\n")

        threading.Thread(target=refuse_all_commands, daemon=True).start()
        place = f"127.0.0.1:{proxy.getsockname()[1]}"
        message = f"Skyqueue cannot connect to Redis at {place}: no upstream. Check SKYQUEUE_REDIS_URL."
        assert refusal(f"redis://{place}/0") == message


@KINDS
@pytest.mark.parametrize("setting", [{"maxmemory": "1"}, {"min_replicas_to_write": "1"}])
def test_a_server_that_refuses_writes_now_is_reported_but_accepted(
    start_redis: StartRedis, kind: str, setting: dict[str, str]
) -> None:
    assert troubles(start_redis(kind, **SAFE | setting).url) == [Trouble.REFUSES]


@KINDS
def test_a_renamed_or_removed_command_is_reported(start_redis: StartRedis, kind: str) -> None:
    server = start_redis(kind, **{"rename-command KEYS": '""'})
    assert "knows no command KEYS" in refusal(server.url)


@KINDS
def test_a_server_that_loads_its_data_is_away_until_it_has(start_redis: StartRedis, kind: str) -> None:
    server = start_redis(kind)
    with server.client() as client, client.pipeline() as pipeline:
        for number in range(2000):
            pipeline.set(f"key {number}", "x" * 100)
        pipeline.execute()
        client.save()
    server.stop()
    slowly = {"key-load-delay": "1000", "loading-process-events-interval-bytes": "1024"}
    loading = threading.Thread(target=server.start, kwargs=slowly)
    loading.start()
    until(lambda: answers_loading(server))
    with pytest.raises(UnusableRedis, match="is still loading its data"):
        require(server.url, may_be_away=False)
    loading.join()
    assert troubles(server.url) == [Trouble.FORGETS]


def answers_loading(server: RedisServer) -> bool:
    try:
        with server.client() as client:
            client.get("key")
    except redis.BusyLoadingError:
        return True
    except redis.ConnectionError:
        pass
    return False


def test_a_server_that_is_away_only_stops_who_needs_it() -> None:
    nobody = "redis://127.0.0.1:1/0"
    require(nobody, may_be_away=True)
    with pytest.raises(UnusableRedis, match=r"Redis at 127.0.0.1:1 does not answer: "):
        require(nobody, may_be_away=False)


def test_a_unix_socket_works(start_redis: StartRedis) -> None:
    server = start_redis(unixsocket="server.sock", requirepass="secret", **SAFE)
    path = server.folder / "server.sock"
    assert troubles(f"unix://:secret@{path}?db=3") == []
    assert f"Redis at {path} requires a password" in refusal(f"unix://{path}")


class TestRights:
    """Of a user that may do everything except for one thing."""

    @pytest.fixture(params=[VALKEY, REDIS])
    def server(self, request: pytest.FixtureRequest, start_redis: StartRedis) -> RedisServer:
        return start_redis(request.param, **SAFE)

    @pytest.fixture
    def admin(self, server: RedisServer) -> Iterator[redis.Redis]:
        with server.client() as client:
            yield client

    def message(self, server: RedisServer, admin: redis.Redis, *rules: str) -> str:
        admin.execute_command("ACL SETUSER", "somebody", "reset", "on", ">secret", *rules)
        return refusal(f"redis://somebody:secret@{server.place}/0")

    def test_each_command_that_is_missing_is_named(self, server: RedisServer, admin: redis.Redis) -> None:
        for rule in sorted({"+multi", "+exec", "+discard", *map(rights.rule, rights.COMMANDS)}):
            line = self.message(server, admin, "+@all", "~*", "&*", rule.replace("+", "-", 1))
            assert line == (
                f"User somebody of Redis at {server.place} lacks rights that Skyqueue needs. Grant them: ACL SETUSER somebody {rule}"
            )

    def test_each_shape_of_key_that_is_missing_is_named(self, server: RedisServer, admin: redis.Redis) -> None:
        patterns = rights.patterns()
        for missing in patterns:
            line = self.message(server, admin, "+@all", "&*", *(f"~{each}" for each in patterns if each != missing))
            assert line.endswith(f"Grant them: ACL SETUSER somebody ~{missing}")

    @pytest.mark.parametrize("only", ["%R~*", "%W~*"])
    def test_to_read_or_to_write_is_not_enough(self, server: RedisServer, admin: redis.Redis, only: str) -> None:
        line = self.message(server, admin, "+@all", "&*", only)
        assert all(f" ~{pattern}" in line for pattern in rights.patterns())

    def test_a_channel_that_is_missing_is_named(self, server: RedisServer, admin: redis.Redis) -> None:
        line = self.message(server, admin, "+@all", "~*", "resetchannels")
        assert line.endswith(f"ACL SETUSER somebody &{keys.JOB_EVENTS_CHANNEL}")

    def test_another_database_is_a_right_too(self, server: RedisServer, admin: redis.Redis) -> None:
        admin.execute_command("ACL SETUSER", "somebody", "reset", "on", ">secret", "+@all", "~*", "&*", "-select")
        assert refusal(f"redis://somebody:secret@{server.place}/1").endswith("ACL SETUSER somebody +select")

    def test_without_info_the_server_can_be_used_and_a_danger_is_reported(self, server: RedisServer, admin: redis.Redis) -> None:
        admin.execute_command("ACL SETUSER", "somebody", "reset", "on", ">secret", "+@all", "~*", "&*", "-info")
        assert troubles(f"redis://somebody:secret@{server.place}/0") == [Trouble.HIDDEN]

    def test_the_rights_that_the_errors_name_are_enough(self, server: RedisServer, admin: redis.Redis) -> None:
        """Granting what the reasons name, one after the other, leads to a user that is let in."""
        admin.execute_command("ACL SETUSER", "somebody", "reset", "on", ">secret")
        url = f"redis://somebody:secret@{server.place}/1"
        for _ in range(5):
            try:
                assert troubles(url) == [Trouble.HIDDEN]
                break
            except UnusableRedis as refused:
                admin.execute_command("ACL SETUSER", *str(refused).rpartition("ACL SETUSER ")[2].split(" "))
        else:
            pytest.fail("it is never enough")


@pytest.mark.parametrize(
    ("hello", "message"),
    [
        (
            {b"mode": b"standalone", b"role": b"master", b"version": b"6.2.14"},
            "is version 6.2.14. Name one of version 7 or newer",
        ),
        (redis.ResponseError("unknown command 'HELLO'"), "is version 6 or older"),
    ],
)
def test_an_old_server_is_refused(hello: object, message: str) -> None:
    """By its own words: nobody packages one any more that could be started here."""
    with pytest.raises(UnusableRedis, match=message):
        check_kind(hello, OLD)


OLD: Address = parse("redis://old.example")

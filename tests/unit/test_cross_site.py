"""Which requests come from a page of another site."""

from __future__ import annotations

import pytest

from api.http.cross_site import is_cross_site

OURS = "skyqueue.example"


@pytest.mark.parametrize(
    ("fetch_site", "origin", "host"),
    [
        (None, None, OURS),
        ("same-origin", "https://skyqueue.example", OURS),
        ("none", None, OURS),
        (None, "https://skyqueue.example", OURS),
        (None, "http://skyqueue.example", OURS),
        (None, "https://skyqueue.example", f"{OURS}:443"),
        (None, "https://skyqueue.example:8443", f"{OURS}:8443"),
        (None, "http://127.0.0.1:8000", "127.0.0.1:8000"),
        (None, "http://[::1]:8000", "[::1]:8000"),
        (None, "https://SkyQueue.example", OURS),
        ("same-origin", "https://skyqueue.example", "inside:8000"),
    ],
)
def test_our_own_pages_and_programs_pass(fetch_site: str | None, origin: str | None, host: str) -> None:
    assert not is_cross_site(fetch_site, origin, host)


@pytest.mark.parametrize(
    ("fetch_site", "origin", "host"),
    [
        ("cross-site", None, OURS),
        ("cross-site", "https://skyqueue.example", OURS),
        ("same-site", "https://sister.example", OURS),
        ("same-site", None, OURS),
        ("Cross-Site", None, OURS),
        ("", None, OURS),
        ("same-site", "http://127.0.0.1:9000", "127.0.0.1:8000"),
        (None, "https://elsewhere.example", OURS),
        (None, "https://skyqueue.example.elsewhere.example", OURS),
        (None, "https://skyqueue.example:8443", OURS),
        (None, "http://localhost:8000", "127.0.0.1:8000"),
        (None, "null", OURS),
        (None, "", OURS),
        (None, "file://", OURS),
        (None, "https://skyqueue.example:99999999", OURS),
        (None, "https://skyqueue.example", ""),
        ("anything else", "https://elsewhere.example", OURS),
    ],
)
def test_pages_of_other_sites_do_not(fetch_site: str | None, origin: str | None, host: str) -> None:
    assert is_cross_site(fetch_site, origin, host)

"""Commands of `skyqueue`, called in the test's own process on a data folder of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import cli


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "ADMIN_PASSWORD", "HOST"):
        monkeypatch.delenv(f"SKYQUEUE_{name}", raising=False)
    monkeypatch.setenv("SKYQUEUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SKYQUEUE_PORT", "0")
    return tmp_path / "data"


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that the command ends with."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]

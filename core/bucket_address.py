"""The address of a bucket, as `SKYQUEUE_STORAGE_URL` has it: what would be wrong with it, without a look at the network."""

from __future__ import annotations

from typing import Final

LOOKS_LIKE: Final = "It looks like s3://key:secret@bucket/prefix?region=eu-central-1; write a special character of the secret as %2F (for /) and so on."


def find_fault(url: str) -> str | None:
    """A sentence without the secret; None: it is the address of a bucket, whether that is there or not."""
    if not url.startswith("s3://"):
        return f"It must begin with s3://. {LOOKS_LIKE}"
    from pyarrow import ArrowInvalid, fs  # slow to load, and most installations have no bucket

    with_region = url if "region=" in url else f"{url}{'&' if '?' in url else '?'}region=none"  # else the network is asked for it
    try:
        _, path = fs.FileSystem.from_uri(with_region)
    except ArrowInvalid as error:
        said = str(error).partition("\n")[0]
        return LOOKS_LIKE if "Cannot parse" in said else f"{said.rstrip('.')}. {LOOKS_LIKE}"
    return None if path.strip("/") else f"It names no bucket. {LOOKS_LIKE}"

"""Check the address of a bucket (`SKYQUEUE_STORAGE_URL`) without a network request."""

from __future__ import annotations

from typing import Final

ADDRESS_FORM: Final = "Its form is s3://key:secret@bucket/prefix?region=eu-central-1; write a special character of the secret as %2F (for /) and so on."


def find_fault(url: str) -> str | None:
    """What is wrong with the address, in a sentence that never contains the secret. None: its form is right; the bucket may not
    exist.
    """
    if not url.startswith("s3://"):
        return f"It must begin with s3://. {ADDRESS_FORM}"
    from pyarrow import ArrowInvalid, fs  # imported here because it is slow, and most installations have no bucket

    with_region = (
        url if "region=" in url else f"{url}{'&' if '?' in url else '?'}region=none"
    )  # without a region, pyarrow would look it up over the network
    try:
        _, path = fs.FileSystem.from_uri(with_region)
    except ArrowInvalid as error:
        said = str(error).partition("\n")[0]
        return ADDRESS_FORM if "Cannot parse" in said else f"{said.rstrip('.')}. {ADDRESS_FORM}"
    return None if path.strip("/") else f"It names no bucket. {ADDRESS_FORM}"

"""Which storage the settings name."""

from __future__ import annotations

from core.imports.storage.files import Storage
from core.imports.storage.folder import folder_storage
from core.settings import Servers


def open_storage(servers: Servers) -> Storage:
    """The storage of the settings: a bucket, or a folder inside the data folder. No connection is made yet."""
    if servers.storage_url is None:
        return folder_storage(servers.data_dir)
    from core.imports.storage.bucket import BucketStorage  # imports pyarrow, which an API without a bucket does not need

    return BucketStorage(servers.storage_url.get_secret_value())

"""Files that only their owner may read: written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from tempfile import mkstemp


def write_private(path: Path, text: str, *, replace: bool) -> None:
    """Write a file of mode 0600; its folder is made (0700) where it lacks.

    A reader sees the old file or the new one, never half of it. Raises `FileExistsError` when it is there and may not be
    replaced, and other `OSError`s.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        # Something stands in the folder's place; callers take the other error for the file itself.
        raise NotADirectoryError(errno.ENOTDIR, f"{path.parent} is no folder", str(path)) from None
    # mkstemp makes the file with mode 0600, before a byte is in it.
    handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(name, path)
        else:
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)

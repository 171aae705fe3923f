"""A folder for the Unix sockets of a run, which only its own user can reach."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

LONGEST_PATH = 100
"""A socket's path may have at most 107 bytes, on some systems 103."""
_LONGEST_NAME = 1 + len("supervisor.sock.") + 10
"""supervisord binds its socket under a name with its process id first."""
_PREFIX = "geohazard-"


@contextlib.contextmanager
def socket_folder(root: Path) -> Iterator[Path]:
    """Give the run's own folder, or a new private one if paths in it would be too long.

    Examples
    --------
    >>> import stat
    >>> with socket_folder(Path("/" + "deep/" * 30)) as folder:
    ...     stat.filemode(folder.stat().st_mode)
    'drwx------'
    >>> folder.exists()
    False
    """
    root, temp = root.resolve(), Path(tempfile.gettempdir())
    if _fits(root):
        yield root
        return
    # Made by this process under a name that nobody can foresee, and for its user alone.
    place = temp if _fits(temp / f"{_PREFIX}12345678") else Path("/tmp")  # noqa: S108
    with tempfile.TemporaryDirectory(
        prefix=_PREFIX, dir=place, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _fits(folder: Path) -> bool:
    return len(str(folder).encode()) + _LONGEST_NAME <= LONGEST_PATH

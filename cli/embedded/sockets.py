"""A folder for the Unix sockets of a run, which only its own user can reach."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

LONGEST_PATH = 100
"""A socket's path may have at most 107 bytes, on some systems 103."""
_LONGEST_NAME = 20


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
    root = root.resolve()
    if len(str(root).encode()) + _LONGEST_NAME <= LONGEST_PATH:
        yield root
        return
    # Made by this process under a name that nobody can foresee, and for its user alone.
    with tempfile.TemporaryDirectory(prefix="geohazard-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)

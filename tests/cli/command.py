"""The command as a user runs it, but in this process: a Python of its own costs a second each time.

That the command also starts by itself is shown in `test_entry`.
"""

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

from cli.main import main


@dataclass(frozen=True)
class Done:
    """What it wrote."""

    stdout: str
    stderr: str


def geohazard(*arguments: str, code: int = 0) -> Done:
    """Run it, and hold it to its exit code; a traceback that it would show is raised here."""
    out, err, ended = StringIO(), StringIO(), 0
    with patch.object(sys, "argv", ["geohazard", *arguments]):
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                ended = int(end.code or 0)
    assert ended == code, err.getvalue()
    return Done(out.getvalue(), err.getvalue())

"""The outbox as a file: opened again, beside others, of another kind, and what goes at last."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.database import OutboxError
from alerts.outbox import DAY_MS, Outbox
from alerts.upkeep import KEEP_DELIVERED_DAYS, prune
from domain.warnings import WarningKind
from tests.alerts.builders import make_event, story
from tests.alerts.outboxes import chain, due, job, put

A, B = "500235010001", "500235010002"


def test_all_survives_another_opening(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1, 2))
    again = Outbox(outbox.db.path)
    assert due(again) == due(outbox)
    again.close()


def test_commits_are_synchronous_and_logged(outbox: Outbox) -> None:
    with outbox.db.writing() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_reading_does_not_wait_for_a_writer(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1))
    with outbox.db.writing() as db:
        db.execute("DELETE FROM delivery")
        assert outbox.count("pending") == 1, "what is not committed is not seen"
    assert outbox.count("pending") == 0


def test_another_process_can_write_between(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1))
    code = (
        "import sys; from pathlib import Path; from alerts.outbox import Outbox\n"
        "from tests.alerts.test_outbox import *\n"
        "box = Outbox(Path(sys.argv[1])); box.record_delivered(job(box), 200, 5); box.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(outbox.db.path)], check=True)
    assert outbox.count("delivered") == 1
    assert put(outbox, *chain(B, 1)) == 1


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 100, None])
def test_a_foreign_file_is_left_alone(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other"
    if content is None:
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE mine (x)")
        db.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes() if content else None
    with pytest.raises(OutboxError, match="other"):
        Outbox(path)
    assert content is None or path.read_bytes() == before


def test_a_later_version_is_refused(outbox: Outbox) -> None:
    with outbox.db.writing() as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(OutboxError, match="schema 1"):
        Outbox(outbox.db.path)


def test_old_and_done_is_removed_but_open_episodes_are_remembered(outbox: Outbox) -> None:
    lowered = make_event(WarningKind.DOWNGRADED, 1, 2, 2, A)
    open_, ended = [*chain(A, 2), lowered], story(B)
    put(outbox, *open_, *ended)
    while jobs := outbox.due("r", 0, 100):
        for one in jobs:
            outbox.record_delivered(one, 200, 0)
    late = (KEEP_DELIVERED_DAYS + 1) * DAY_MS
    assert prune(outbox, KEEP_DELIVERED_DAYS * DAY_MS) == 0
    assert prune(outbox, late) == len(open_) + len(ended)
    assert put(outbox, *open_, now=late) == 0, "an open episode's event is still known"
    put(outbox, make_event(WarningKind.CLEARED, 0, 1, 3, A), now=late)
    assert open_[0].id in job(outbox, late).body.decode()
    with outbox.db.reading() as db:
        left = db.execute("SELECT DISTINCT point_id FROM event").fetchall()
    assert [row[0] for row in left] == [A]

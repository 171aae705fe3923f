"""What a receiver has taken, on disk: once each, whatever happens to its files."""

import resource
from contextlib import closing
from pathlib import Path

import pytest

from alerts.inbox import Inbox
from alerts.seen import DAY_MS
from alerts.sender import Received
from tests.alerts.builders import T0


def test_a_torn_last_line_is_cut_off_and_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(3)]
    with closing(Inbox(path)) as inbox:
        assert [inbox.take(message, T0) for message in messages[:2]] == [True, True]
    before = {kept.name: kept.read_bytes() for kept in tmp_path.iterdir()}
    with closing(Inbox(path)) as inbox:
        assert inbox.take(messages[2], T0)
    whole = path.read_bytes()
    for cut in range(1, len(whole) - len(before["in.jsonl"])):
        for name, content in before.items():  # the index did not come to note the third
            (tmp_path / name).write_bytes(content)
        path.write_bytes(whole[:-cut])
        with closing(Inbox(path)) as again:
            assert [again.take(message, T0) for message in messages] == [False, False, True]
        assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", ["lost", "damaged", "rotated"])
def test_neither_file_alone_is_needed_to_know_what_came(tmp_path: Path, damage: str) -> None:
    path, index = tmp_path / "in.jsonl", tmp_path / "in.jsonl.seen"
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(1_100)]
    with closing(Inbox(path)) as inbox:
        for message in messages[:50]:
            assert inbox.take(message, T0)
        if damage == "rotated":
            path.rename(tmp_path / "in.jsonl.1")
            assert inbox.take(messages[50], T0)
            assert len(path.read_bytes().splitlines()) == 1
    with closing(Inbox(path)) as inbox:
        for message in messages[51:]:
            assert inbox.take(message, T0)
    if damage == "lost":
        index.unlink()
    elif damage == "damaged":
        index.write_bytes(b"no index at all" * 1_000)
    else:
        path.unlink()
    with closing(Inbox(path)) as inbox:
        known = [not inbox.take(message, T0) for message in messages[:50] + messages[51:]]
        assert all(known)


def test_ids_are_remembered_for_as_long_as_they_come(tmp_path: Path) -> None:
    one, other = (Received(name, "line", 1, {}) for name in ("w_1", "w_2"))
    now_ms = T0
    with closing(Inbox(tmp_path / "in.jsonl")) as inbox:
        assert inbox.take(one, now_ms)
        assert inbox.take(other, now_ms)
        now_ms += 150 * DAY_MS
        assert not inbox.take(one, now_ms)
        now_ms += 150 * DAY_MS
        assert inbox.take(Received("w_3", "line", 1, {}), now_ms)
        assert not inbox.take(one, now_ms)
        assert len(inbox) == 2  # not the other, which no sender repeats after 180 days


def test_without_a_file_the_oldest_ids_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.seen.MOST_IN_MEMORY", 100)
    with closing(Inbox(None)) as inbox:
        for n in range(1_000):
            assert inbox.take(Received(f"w_{n}", "line", 1, {}), T0 + n)
        assert len(inbox) == 100
        assert not inbox.take(Received("w_900", "line", 1, {}), T0)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    inbox = Inbox(path)
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(2)]
    assert inbox.take(messages[0], 0)
    whole = path.read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, before[1]))
    try:
        with pytest.raises(OSError, match="could be written"):
            inbox.take(messages[1], 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == whole
    assert inbox.take(messages[1], 0)
    inbox.close()
    with closing(Inbox(path)) as again:
        assert len(again) == 2

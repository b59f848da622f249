from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from checker.tools.cache import Store, cache_folder, open_store, write_whole


def opened(folder: Path, **options: int) -> Store:
    store = open_store(folder, **options)
    assert store is not None
    return store


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "key")


def test_what_is_put_comes_back_in_another_run(tmp_path: Path) -> None:
    store = opened(tmp_path)
    name = store.name("a", b"b")
    store.put(name, b"data" * 1000)
    assert opened(tmp_path).get(name) == b"data" * 1000
    assert opened(tmp_path).get(store.name("a")) is None


def test_parts_of_a_name_do_not_run_into_each_other(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert len({store.name("ab", "c"), store.name("a", "bc"), store.name("abc"), store.name("abc", ""), store.name("", "abc")}) == 5


def test_nothing_of_the_data_or_its_name_can_be_read_on_disk(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.put(store.name("hunter2"), b"password: hunter2\n" * 50)
    assert all(b"hunter2" not in path.read_bytes() and "hunter2" not in str(path) for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("at", [0, 15, 16, 31, 32, -1])
def test_a_changed_byte_anywhere_is_a_miss(tmp_path: Path, at: int) -> None:
    store = opened(tmp_path)
    name = store.name("x")
    store.put(name, b"data")
    (file,) = files(tmp_path)
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    assert store.get(name) is None


@pytest.mark.parametrize("length", [0, 5, 20, 32])
def test_a_file_cut_short_is_a_miss(tmp_path: Path, length: int) -> None:
    store = opened(tmp_path)
    name = store.name("x")
    store.put(name, b"data" * 100)
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:length])
    assert store.get(name) is None


def test_an_entry_moved_to_another_name_is_a_miss(tmp_path: Path) -> None:
    store = opened(tmp_path)
    one, two = store.name("one"), store.name("two")
    store.put(one, b"data")
    (file,) = files(tmp_path)
    target = tmp_path / two[:2] / two[2:]
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(file.read_bytes())
    assert store.get(two) is None
    assert store.get(one) == b"data"


def test_what_another_user_made_is_a_miss(tmp_path: Path) -> None:
    theirs = Store(tmp_path, b"t" * 32)
    mine = Store(tmp_path, b"m" * 32)
    name = mine.name("x")
    theirs.put(name, b"data")
    assert mine.get(name) is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_key_that_others_could_read_is_replaced(tmp_path: Path) -> None:
    store = opened(tmp_path)
    name = store.name("x")
    store.put(name, b"data")
    key = tmp_path / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    again = opened(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o600
    assert again.name("x") != name
    assert again.get(name) is None


def test_a_damaged_key_is_replaced(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "key").write_bytes(b"short")
    store = opened(tmp_path)
    store.put(store.name("x"), b"data")
    assert opened(tmp_path).get(store.name("x")) == b"data"


def test_no_folder_no_store_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert open_store(tmp_path / "file" / "kept") is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    name = store.name("x")
    (tmp_path / name[:2]).write_bytes(b"in the way")
    store.put(name, b"data")
    store.put(name, b"data")
    assert store.get(name) is None


def test_the_oldest_make_room(tmp_path: Path) -> None:
    store = opened(tmp_path, limit=256 * 4000)
    names = [name for name in (store.name(str(number)) for number in range(20_000)) if name.startswith("00")][:12]
    for age, name in enumerate(names):
        store.put(name, os.urandom(1000))
        os.utime(tmp_path / "00" / name[2:], (1_000_000 + age, 1_000_000 + age))
    store.close()
    left = [store.get(name) is not None for name in names]
    assert left == [False] * (12 - sum(left)) + [True] * sum(left)
    assert 1 <= sum(left) <= 4


def test_the_folder_is_where_the_platform_keeps_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "gitops-check"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder({}) == tmp_path / ".cache" / "gitops-check"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder({}) == tmp_path / "Library" / "Caches" / "gitops-check"
    monkeypatch.setattr(sys, "platform", "win32")
    assert cache_folder({"LOCALAPPDATA": str(tmp_path / "local")}) == tmp_path / "local" / "gitops-check"


def _busy(folder: str, number: int) -> None:
    store = opened(Path(folder))
    for turn in range(50):
        name = store.name(str(turn % 5))
        store.put(name, bytes([number]) * 5000)
        found = store.get(name)
        assert found is not None
        assert len(set(found)) == 1
        assert len(found) == 5000


def test_runs_at_the_same_time_see_whole_entries_only(tmp_path: Path) -> None:
    opened(tmp_path)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_busy, args=(str(tmp_path), number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "taken", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]

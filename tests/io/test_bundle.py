"""A bundle is whole or not there: disk full, no permission, killed."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import expectkit
from expectkit.errors import OutputError
from expectkit.io import bundle
from expectkit.io.bundle import read_bundle, write_bundle

OLD = {"briefing.html": b"old page", "record.json": b"old record"}
NEW = {"briefing.html": b"new page", "record.json": b"new record", "briefing.md": b"new text"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds an older bundle and a file of somebody else's."""
    write_bundle(tmp_path / "out", OLD)
    (tmp_path / "out" / "notes.txt").write_bytes(b"mine")
    return tmp_path / "out"


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, so that it can be killed or limited."""
    environment = {**os.environ, "PYTHONPATH": str(Path(expectkit.__file__).parent.parent)}
    command = [sys.executable, "-c", textwrap.dedent(code), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_bundle_reads_back_as_it_was_written(tmp_path: Path) -> None:
    paths = write_bundle(tmp_path / "new" / "out", NEW)
    assert [path.name for path in paths] == list(NEW)
    assert read_bundle(tmp_path / "new" / "out") == NEW
    assert hidden(tmp_path / "new" / "out") == []


def test_a_new_bundle_replaces_its_files_and_no_others(folder: Path) -> None:
    write_bundle(folder, NEW)
    assert read_bundle(folder) == {**NEW, "notes.txt": b"mine"}


def test_files_get_the_permissions_that_files_usually_get(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    (path,) = write_bundle(tmp_path, {"a.html": b"a"})
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "/etc/x", "a\0b"])
def test_a_name_that_leaves_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(OutputError, match=r"is no plain file name. Nothing was written"):
        write_bundle(tmp_path / "out", {"a.html": b"a", name: b"b"})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "No space left on device. Free some space or write elsewhere with --out."),
        (errno.EROFS, "Read-only file system. That disk is read-only; choose another folder with --out."),
        (errno.EIO, "Input/output error. Check the folder or write elsewhere with --out."),
    ],
)
def test_a_failing_disk_leaves_the_old_bundle_and_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, advice: str
) -> None:
    n_synced = 0

    def fail_on_the_second(descriptor: int) -> None:
        nonlocal n_synced
        n_synced += 1
        if n_synced == 2:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(bundle.os, "fsync", fail_on_the_second)
    with pytest.raises(OutputError) as caught:
        write_bundle(folder, NEW)
    assert str(caught.value) == f"cannot write to {folder}: {advice} What was there before is unchanged."
    assert read_bundle(folder) == {**OLD, "notes.txt": b"mine"}
    assert hidden(folder) == []


def test_a_failing_disk_leaves_no_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(bundle.os, "fsync", fail)
    with pytest.raises(OutputError):
        write_bundle(tmp_path / "out", NEW)
    assert not (tmp_path / "out").exists()


def test_a_move_that_fails_undoes_the_moves_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if self.name == "briefing.md" and target.parent == folder:
            raise PermissionError(errno.EACCES, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputError, match="Permission denied"):
        write_bundle(folder, {"first.txt": b"new", **NEW})
    assert read_bundle(folder) == {**OLD, "notes.txt": b"mine"}


def test_a_folder_in_the_place_of_a_file_is_named_before_anything_is_moved(folder: Path) -> None:
    (folder / "briefing.md").mkdir()
    said = r"cannot write \S*briefing\.md: .* There is a folder of that name; remove it"
    with pytest.raises(OutputError, match=said):
        write_bundle(folder, NEW)
    assert read_bundle(folder) == {**OLD, "notes.txt": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError, match="There is a file of that name"):
        write_bundle(tmp_path / "out", NEW)
    with pytest.raises(OutputError, match="A part of that path is a file"):
        write_bundle(tmp_path / "out" / "sub", NEW)


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX facility")
def test_a_real_limit_of_the_system_leaves_the_old_bundle(folder: Path) -> None:
    code = """
        import resource, sys
        from pathlib import Path
        from expectkit.errors import OutputError
        from expectkit.io.bundle import write_bundle
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_bundle(Path(sys.argv[1]), {"record.json": b"small", "briefing.html": b"x" * 5000})
        except OutputError as error:
            print(error)
    """
    done = run(code, folder)
    assert "File too large. The file is larger than this system allows" in done.stdout
    assert read_bundle(folder) == {**OLD, "notes.txt": b"mine"}
    assert hidden(folder) == []


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from expectkit.io import bundle
    write = bundle._write_through
    def killed_at_the_second(path, content):
        if path.name == "record.json":
            os.kill(os.getpid(), signal.SIGKILL)
        write(path, content)
    bundle._write_through = killed_at_the_second
    bundle.write_bundle(Path(sys.argv[1]), {"briefing.html": b"new", "record.json": b"new"})
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_killed_run_leaves_the_old_bundle_and_the_next_run_cleans_up(folder: Path) -> None:
    assert run(KILLED, folder).returncode == -signal.SIGKILL
    assert read_bundle(folder) == {**OLD, "notes.txt": b"mine"}
    assert len(hidden(folder)) == 1
    write_bundle(folder, NEW)
    assert hidden(folder) == []


def test_what_a_run_that_still_lives_is_writing_is_left_alone(folder: Path) -> None:
    parent, machine = os.getppid(), bundle._machine()
    living = folder / f".expectkit-{machine}-{parent}-abc"
    elsewhere = folder / ".expectkit-00000000-1-abc"
    long_ago = folder / ".expectkit-00000000-2-abc"
    for path in (living, elsewhere, long_ago):
        path.mkdir()
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(long_ago, (two_days_ago, two_days_ago))
    write_bundle(folder, NEW)
    assert sorted(hidden(folder)) == sorted([living.name, elsewhere.name])


def test_reading_a_missing_bundle_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        read_bundle(tmp_path / "none")

"""Write all files of a result together: a reader sees the old ones or the new ones, never half a file.

Everything is first written to a hidden folder inside the target folder, brought to the disk, and then moved
into place file by file. A move replaces a file in one step, and when one fails the earlier ones are undone.
A killed run leaves behind that hidden folder; the next run removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from expectkit.errors import OutputError

_PREFIX: Final = ".expectkit-"
_ONE_DAY: Final = 24 * 60 * 60.0
_ADVICE: Final = {
    errno.ENOSPC: "Free some space or write elsewhere with --out.",
    errno.EDQUOT: "Your quota is used up: free some space or write elsewhere with --out.",
    errno.EFBIG: "The file is larger than this system allows; write elsewhere with --out.",
    errno.EACCES: "Ask for permission to write there or choose another folder with --out.",
    errno.EPERM: "Ask for permission to write there or choose another folder with --out.",
    errno.EROFS: "That disk is read-only; choose another folder with --out.",
    errno.ENOTDIR: "A part of that path is a file; choose another folder with --out.",
    errno.EEXIST: "There is a file of that name; choose another folder with --out.",
    errno.EISDIR: "There is a folder of that name; remove it or choose another folder with --out.",
}


def write_bundle(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder, all of them or none.

    Parameters
    ----------
    folder : Path
        Made when it does not exist. Files in it with other names are left alone.
    files : mapping of str to bytes
        Contents by file name. A name is a single part, without a folder.

    Returns
    -------
    tuple of Path
        The files written, in the order given.

    Raises
    ------
    OutputError
        If anything cannot be written. The files that were there before are intact and nothing else is left.

    Notes
    -----
    Killed while writing, the old files are intact. Killed in the short time of the moves, each file is whole,
    old or new.
    """
    for name in files:
        if not _is_plain_name(name):
            raise OutputError(f'"{name}" is no plain file name. Nothing was written.')
    is_new = False
    try:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        _check_targets(folder, files)
        _remove_stale(folder)
        with _staging(folder) as staging:
            for name, content in files.items():
                _write_through(staging / name, content)
            _move_all(staging, folder, files)
        _sync_folder(folder)
    except OSError as error:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise _explained(folder, error) from error
    return tuple(folder / name for name in files)


def read_bundle(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder that is not hidden.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to bytes
        Contents by file name, in the order of the names.

    Raises
    ------
    OutputError
        If the folder or a file cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
        return {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{error.filename or folder} cannot be read: {reason}. Write it again.") from error


def _is_plain_name(name: str) -> bool:
    return name not in ("", ".", "..") and "/" not in name and "\\" not in name and "\0" not in name


def _check_targets(folder: Path, files: Mapping[str, bytes]) -> None:
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _move_all(staging: Path, folder: Path, names: Iterable[str]) -> None:
    """Move all files into place; if one cannot be moved, put back what was there."""
    before = staging / ".before"
    before.mkdir()
    moved: list[str] = []
    try:
        for name in names:
            if (folder / name).exists():
                _keep(folder / name, before / name)
            (staging / name).replace(folder / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            if (before / name).exists():
                (before / name).replace(folder / name)
            else:
                (folder / name).unlink()
        raise


def _keep(path: Path, copy: Path) -> None:
    try:
        copy.hardlink_to(path)
    except OSError:  # a file system without hard links
        shutil.copy2(path, copy)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems do not let a folder be opened; the files are synced
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_LIVE: Final[set[Path]] = set()
"""The hidden folders this process is writing to: a killed one may have had the same process number."""


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    staging = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{_machine()}-{os.getpid()}-", dir=folder))
    _LIVE.add(staging)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _LIVE.discard(staging)


def _machine() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _remove_stale(folder: Path) -> None:
    """Remove what runs that died have left behind.

    A run of this machine is known by its process; what another machine wrote is left alone for a day.
    """
    for path in folder.glob(f"{_PREFIX}*-*-*"):
        with contextlib.suppress(FileNotFoundError):
            if path not in _LIVE and _is_stale(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_stale(path: Path) -> bool:
    machine, number, *_ = path.name.removeprefix(_PREFIX).split("-")
    if machine == _machine() and number.isdecimal() and os.name == "posix":
        return not _is_alive(int(number))
    return time.time() - path.stat().st_mtime > _ONE_DAY


def _is_alive(process_id: int) -> bool:
    """Tell whether another process of this number lives."""
    if process_id == os.getpid():
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _explained(folder: Path, error: OSError) -> OutputError:
    reason = os.strerror(error.errno) if error.errno is not None else str(error)
    advice = _ADVICE.get(error.errno or 0, "Check the folder or write elsewhere with --out.")
    place = f"to {folder}"
    if error.errno == errno.EISDIR and error.filename is not None:
        place = str(error.filename)
    return OutputError(f"cannot write {place}: {reason}. {advice} What was there before is unchanged.")

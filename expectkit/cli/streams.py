"""Standard output that never changes what a command ends with: a reader may leave, or know few characters."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class Outlet(io.RawIOBase):
    """A file descriptor to write to that takes everything, also when nobody reads any more.

    Parameters
    ----------
    descriptor : int
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._is_gone = False

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return whether somebody watches."""
        return os.isatty(self._descriptor)

    def write(self, data: Any, /) -> int:
        """Write; what a reader who left does not take is dropped.

        Raises
        ------
        OutputError
            If the system refuses for another reason, such as a full disk; once.
        """
        if self._is_gone:
            return memoryview(data).nbytes
        try:
            return os.write(self._descriptor, data)
        except BrokenPipeError:
            self._is_gone = True
            return memoryview(data).nbytes
        except OSError as error:
            from expectkit.errors import OutputError

            self._is_gone = True
            reason = error.strerror or str(error)
            raise OutputError(f"the result cannot be printed: {reason}. Print it elsewhere.") from None


@contextlib.contextmanager
def lasting_output() -> Iterator[None]:
    """Run a command with a standard output that lasts.

    ``expectkit gate | head`` ends with the gate's answer, not with that of a broken pipe. Characters that the
    encoding of the output lacks are written as their number. Closed streams take everything and keep nothing.
    """
    before = sys.stdout, sys.stderr
    with contextlib.ExitStack() as opened:
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:
                setattr(sys, name, opened.enter_context(open(os.devnull, "w", encoding="utf-8")))  # noqa: PTH123
        out = sys.__stdout__
        if out is not None and out is sys.stdout and not out.isatty():
            sys.stdout = _lasting(out)
        try:
            yield
        finally:
            try:
                sys.stdout.flush()
            finally:
                sys.stdout, sys.stderr = before


def _lasting(stream: TextIO) -> TextIO:
    stream.flush()
    raw = io.BufferedWriter(Outlet(stream.fileno()))
    errors = stream.errors if stream.errors not in (None, "strict") else "backslashreplace"
    return io.TextIOWrapper(raw, encoding=stream.encoding, errors=errors, newline=None, write_through=True)

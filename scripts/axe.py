"""Fetch axe-core, which checks pages for people who cannot see or point: ``python scripts/axe.py``.

It comes from npm into a cache outside the repository and is used by tests only; nothing of it is shipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERSION = "4.11.0"


def axe_source() -> str:
    """Return the source of axe-core, fetched on first use.

    Raises
    ------
    subprocess.CalledProcessError
        If npm cannot fetch it.
    """
    cache = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "expectkit-dev" / f"axe-{VERSION}"
    )
    source = cache / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-save",
            "--no-audit",
            "--no-fund",
            f"axe-core@{VERSION}",
        ]
        subprocess.run([*command, "--prefix", str(cache)], check=True, stdout=sys.stderr)
    return source.read_text(encoding="utf-8")


if __name__ == "__main__":
    print(f"axe-core {VERSION}: {len(axe_source()):,} characters", file=sys.stderr)

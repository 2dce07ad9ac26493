#!/usr/bin/env python3
"""Measure the base install: its size on disk and the packages it brings, in a clean environment.

The environment is made in a temporary folder and removed again. Bytecode is not counted: pip writes it, and how much
depends on the Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Install expectkit without extras, print size and package count, return the exit code."""
    extras = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
        before = size_in_bytes(Path(folder))
        install = ["install", "--quiet", "--no-compile", "--constraint", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, *install, f"{ROOT}{extras}"], check=True)
        listing = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True)
        packages = {item["name"] for item in json.loads(listing.stdout)} - {"pip", "setuptools"}
        megabytes = (size_in_bytes(Path(folder)) - before) / 1e6
    print(f"expectkit{extras}: {megabytes:.0f} MB, {len(packages)} packages (expectkit counted)")
    return 0


def size_in_bytes(folder: Path) -> int:
    """Return the size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    sys.exit(main())

"""Put the command's own help into the README (``python scripts/readme_help.py``)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
SCRIPT = "import sys; sys.argv = ['expectkit', '--help']; from expectkit.cli.main import main; main()"


def main() -> None:
    """Replace the block that starts with ``$ expectkit --help``."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    text = README.read_text("utf-8")
    block = f"$ expectkit --help\n{run.stdout.rstrip()}\n```"
    README.write_text(re.sub(r"\$ expectkit --help\n.*?```", lambda _: block, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()

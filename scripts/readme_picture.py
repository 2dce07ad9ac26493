"""Make the README's picture: the first page of the demo's briefing (``python scripts/readme_picture.py``)."""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

import expectkit as ek
from expectkit.io.sample import sample_config

TARGET = Path(__file__).parent.parent / "docs" / "images" / "briefing-1.png"


def main() -> None:
    """Brief the sample, turn page 1 into a picture of few colours, and put it where the README looks."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "briefing.pdf"
        pdf.write_bytes(ek.brief_from(sample_config()).to_pdf())
        command = ["pdftoppm", "-png", "-r", "110", "-f", "1", "-l", "1", str(pdf)]
        page = subprocess.run(command, capture_output=True, check=True).stdout
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(page)).quantize(200).save(TARGET, optimize=True)


if __name__ == "__main__":
    main()

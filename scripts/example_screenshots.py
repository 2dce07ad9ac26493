"""Draw the pictures of the example pages anew: ``python scripts/example_screenshots.py``.

Makes the briefings and photographs the part of each that its page tells of, with a headless Chromium, for
``docs/examples``.
"""

from __future__ import annotations

import importlib.util
import io
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "examples"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MOST_BYTES = 250_000
HEIGHT = 900
SHOWN = {"digits_classes": "#flows", "hpc_jobs": "#expectation", "tweets": "#people"}
"""Which section is photographed, where it is not the gallery of mistakes."""


def main() -> None:
    """Write one PNG an example."""
    pages = {
        "fraud": fraud_page,
        "digits": example_page("digits"),
        "bird_strikes": example_page("bird_strikes"),
        "digits_classes": example_page("digits_classes"),
        "hpc_jobs": example_page("hpc_jobs"),
        "tweets": tweets_page,
    }
    for name, make in pages.items():
        data = small_png(photograph(make(), SHOWN.get(name, "#examples")))
        if len(data) > MOST_BYTES:
            raise SystemExit(f"{name}.png has {len(data):,} bytes, more than {MOST_BYTES:,}")
        (TARGET / f"{name}.png").write_bytes(data)
        print(f"{name}.png: {len(data):,} bytes")


def fraud_page() -> str:
    """Return the page of the demo."""
    import expectkit

    return expectkit.brief_from(ROOT / "sample_data" / "fraud" / "expectkit.toml").to_html()


def tweets_page() -> str:
    """Return the page of the example that first fetches its data."""
    module = example("tweets")
    page: str = module.make_briefing(module.fetch()).to_html()
    return page


def example_page(name: str) -> Any:
    """Return the function that makes the page of an example."""

    def make() -> str:
        page: str = example(name).make_briefing().to_html()
        return page

    return make


def example(name: str) -> Any:
    """Return the script of an example as a module."""
    path = ROOT / "examples" / name / f"brief_{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def photograph(page: str, section: str) -> bytes:
    """Return a picture of a section of a page, cut at `HEIGHT`."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "briefing.html"
        file.write_text(page, "utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        view = browser.new_page(viewport={"width": 920, "height": HEIGHT}, device_scale_factor=1.25)
        view.goto(file.as_uri())
        box = view.locator(section).bounding_box()
        if box is None:
            raise SystemExit(f"the page has no section {section}")
        height = min(box["height"] + 32, HEIGHT)
        picture: bytes = view.screenshot(
            full_page=True, clip={"x": 0, "y": box["y"] - 16, "width": 920, "height": height}
        )
        browser.close()
    return picture


def small_png(data: bytes) -> bytes:
    """Return the same picture with 128 colours."""
    from PIL import Image

    out = io.BytesIO()
    image = Image.open(io.BytesIO(data)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()

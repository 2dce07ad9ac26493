"""Where the bundled sample data lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

import expectkit
from expectkit.errors import InputError


def sample_config() -> Path:
    """Return the path of the fraud sample's ``expectkit.toml``.

    Returns
    -------
    Path
        Its cases lie beside it.

    Raises
    ------
    InputError
        If this installation was made without the sample data.
    """
    package = Path(expectkit.__file__).parent
    for folder in (package / "sample_data", package.parent / "sample_data"):
        found = folder / "fraud" / "expectkit.toml"
        if found.exists():
            return found
    raise InputError("this installation has no sample data. Install the wheel or run from a full checkout.")

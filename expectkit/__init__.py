"""expectkit: honest expectations for classifiers, in cases a day, with ranges.

>>> import expectkit as ek
>>> briefing = ek.brief([0, 0, 1, 1] * 100, [0.1, 0.6, 0.4, 0.9] * 100, threshold=0.5, cases_per_day=400,
...                     prevalence=0.5)
>>> briefing.rates["false_negative_rate"].value
0.5

Every name is imported on first use, so ``import expectkit`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Briefing": "expectkit.api",
    "brief": "expectkit.api",
    "brief_from": "expectkit.api",
    "brief_model": "expectkit.api",
    "Words": "expectkit.briefing.vocabulary",
    "ExpectkitError": "expectkit.errors",
    "InputError": "expectkit.errors",
    "load_config": "expectkit.io.config",
    "ScoreHistogram": "expectkit.measure.histogram",
    "tally_arrays": "expectkit.measure.histogram",
    "clopper_pearson": "expectkit.measure.intervals",
}

__all__ = [*sorted(_HOMES), "__version__"]

if TYPE_CHECKING:
    from expectkit.api import Briefing as Briefing
    from expectkit.api import brief as brief
    from expectkit.api import brief_from as brief_from
    from expectkit.api import brief_model as brief_model
    from expectkit.briefing.vocabulary import Words as Words
    from expectkit.errors import ExpectkitError as ExpectkitError
    from expectkit.errors import InputError as InputError
    from expectkit.io.config import load_config as load_config
    from expectkit.measure.histogram import ScoreHistogram as ScoreHistogram
    from expectkit.measure.histogram import tally_arrays as tally_arrays
    from expectkit.measure.intervals import clopper_pearson as clopper_pearson


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'expectkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

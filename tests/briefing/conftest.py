"""The fraud model of the README, and other models with given counts, as the words package meets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectkit.briefing.statements import SettingFacts, setting_facts
from expectkit.briefing.vocabulary import Words
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import daily_volumes

FactsOf = Callable[..., SettingFacts]


@pytest.fixture(scope="session")
def words() -> Words:
    return Words.of(
        model_name="fraud detection model",
        case="transaction",
        positive="fraudulent transaction",
        negative="valid transaction",
        flagged="flagged as fraudulent and sent for manual review",
        missed="missed",
        caught="correctly caught",
    )


@pytest.fixture(scope="session")
def facts_of() -> FactsOf:
    """Return a function: missed of positives, flagged of negatives in the test, and a day, to facts."""

    def build(
        missed: int,
        positives: int,
        flagged: int,
        negatives: int,
        *,
        day: DayProfile | None = None,
        cases_per_day: float = 8280,
        prevalence: float = 280 / 8280,
        threshold: float = 0.49,
        simultaneous: bool = False,
    ) -> SettingFacts:
        sweep = Sweep.from_counts([threshold], [positives - missed], [flagged], positives, negatives)
        day = day or DayProfile(Traffic.stated(cases_per_day), Prevalence.stated(prevalence))
        volumes = daily_volumes(sweep, day, threshold, simultaneous=simultaneous)
        return setting_facts(sweep.counts_at(threshold), volumes)

    return build


@pytest.fixture(scope="session")
def readme(facts_of: FactsOf) -> SettingFacts:
    """14 of 280 missed, 200 of 8,000 flagged, 8,280 cases a day."""
    return facts_of(14, 280, 200, 8000)

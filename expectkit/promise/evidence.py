"""What fresh cases show about a term: plain values, measured elsewhere, that a verdict is made from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from expectkit.errors import InputError
from expectkit.measure.intervals import local_alpha
from expectkit.measure.levels import Level, level_of_rate
from expectkit.measure.rates import Rate

Unit = Literal["positives", "negatives", "flagged", "cases", "days", "runs"]

ALPHA = 0.05
"""Risk of each wrong verdict on a term."""

LEAST_CASES = 30
"""Below so many cases nothing is said, so no term is kept."""

_REUSE = 1.3  # a local alpha shrinks a little faster than the risk it stands for


@dataclass(frozen=True, slots=True)
class Finding:
    """What the cases show about one term, or about one value of its slice.

    Parameters
    ----------
    value : float or None
        What was measured, in the term's unit; None when nothing could be.
    lower, upper : float
        One-sided bounds: the truth lies below `lower` with at most the risk it was made at, and above `upper` with
        at most the same. Infinite where the cases say nothing.
    unit : str or None
        What it rests on.
    n : float or None
        How many of them.
    seen : float or None
        How many of these were counted (missed, flagged, …).
    rate : Rate or None
        The rate behind `value`, when `value` is a number times a rate: the exact search for a sample size uses it.
    scales : (float, float)
        That number, at the lower and at the upper bound: they differ where conditions are a range.
    span : (float, float) or None
        The lowest and highest value under the conditions the bounds hold under; None where they are no range.
    fixed_reach : float
        How much of the distance from `value` to a bound no further case can take away (a stated range of traffic).
    discordant : float or None
        Of a comparison on the same cases: the share that exactly one of the two gets wrong.
    part : str or None
        The value of the slice; "" for a missing one.
    reason : str
        Why there is no number, or what to keep in mind about it; a whole sentence.
    level : Level
        How much may be said about it, by the rule of the briefing.
    can_keep : bool
        False where no bound can show that a term is kept, because production no longer is what it was promised for.
    """

    value: float | None
    lower: float = -math.inf
    upper: float = math.inf
    unit: Unit | None = None
    n: float | None = None
    seen: float | None = None
    rate: Rate | None = None
    scales: tuple[float, float] = (1.0, 1.0)
    span: tuple[float, float] | None = None
    fixed_reach: float = 0.0
    discordant: float | None = None
    part: str | None = None
    reason: str = ""
    level: Level = "number and range"
    can_keep: bool = True

    @property
    def is_too_few(self) -> bool:
        """Whether it rests on so few cases that nothing may be said."""
        is_counted = self.unit in ("positives", "negatives", "flagged", "cases") and self.n is not None
        return self.level == "refuse" or (is_counted and self.n is not None and self.n < LEAST_CASES)

    @classmethod
    def nothing(cls, reason: str, part: str | None = None) -> Finding:
        """Return the finding that nothing can be said, and why."""
        return cls(None, part=part, reason=reason)

    @classmethod
    def known(cls, value: float, reason: str = "") -> Finding:
        """Return a finding without uncertainty: the size of a file."""
        return cls(value, value, value, reason=reason)

    @classmethod
    def of_rate(cls, rate: Rate, unit: Unit, alpha: float, *, part: str | None = None) -> Finding:
        """Return what a rate shows.

        Parameters
        ----------
        rate : Rate
        unit : str
            What its denominator counts.
        alpha : float
            Of the two-sided range whose ends are the bounds; twice the risk of each.
        part : str or None
            Value of the slice.
        """
        if not rate.is_defined or rate.n_effective <= 0:
            return cls.nothing(f"There are no {_PLAIN[unit]} to judge it by.", part)
        low, high = rate.limits(alpha)
        return cls(
            rate.value,
            low,
            high,
            unit,
            n=rate.denominator,
            seen=rate.numerator,
            rate=rate,
            part=part,
            level=level_of_rate(rate),
        )

    def scaled(self, factor: float) -> Finding:
        """Return the same in another unit, `factor` > 0 of which make one."""
        value = None if self.value is None else self.value * factor
        return replace(
            self,
            value=value,
            lower=self.lower * factor,
            upper=self.upper * factor,
            scales=(self.scales[0] * factor, self.scales[1] * factor),
            span=None if self.span is None else (self.span[0] * factor, self.span[1] * factor),
            fixed_reach=self.fixed_reach * factor,
        )


_PLAIN = {
    "positives": "positive cases",
    "negatives": "negative cases",
    "flagged": "flagged cases",
    "cases": "cases",
    "days": "days",
    "runs": "runs",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """How sure a verdict must be.

    Parameters
    ----------
    alpha : float, 0 to 1
        Of each wrong verdict on a term.
    reused : int
        Candidates that went through a gate with these cases, this one included; each gets an equal share of the risk.
    simultaneous : bool
        Whether the threshold was chosen by looking at these cases: bounds then hold at every threshold at once.

    Raises
    ------
    InputError
        If `reused` is below 1 or `alpha` is no risk.
    """

    alpha: float = ALPHA
    reused: int = 1
    simultaneous: bool = False

    def __post_init__(self) -> None:
        if self.reused < 1:
            raise InputError(f"the cases were used {self.reused} times; count this use too: at least 1.")
        if not 0 < self.alpha < 0.5:
            raise InputError(f"a risk of {self.alpha:g} is not between 0 and 0.5.")

    def one_sided(self, n_parts: int = 1) -> float:
        """Return the risk of one bound, when `n_parts` values of a slice share it."""
        return self.alpha / self.reused / n_parts

    def two_sided(self, n_effective: float, n_parts: int = 1) -> float:
        """Return the alpha of a two-sided range whose ends are the bounds.

        Parameters
        ----------
        n_effective : float
            Independent cases of the class; matters only for simultaneous bounds.
        n_parts : int
            Values of the slice that share the risk.

        Notes
        -----
        The local alpha is tabulated for 10 % (5 % on each side) and shrinks by at most ``N ** 1.3`` when the risk is
        split N ways; that is checked against the table for 5 % and 2.5 %.
        """
        if not self.simultaneous:
            return 2 * self.one_sided(n_parts)
        shares: float = float(self.reused * n_parts) ** _REUSE
        return float(local_alpha(n_effective, 0.90)) / shares

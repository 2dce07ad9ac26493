"""A rate, kept as its two counts so that its range can always be had."""

from __future__ import annotations

from dataclasses import dataclass

from expectkit.errors import InputError, UndefinedRateError
from expectkit.measure.intervals import Interval, clopper_pearson, lower_bound, upper_bound

METHOD = "Clopper-Pearson"
EFFECTIVE_METHOD = "Clopper-Pearson on the effective number of cases"


@dataclass(frozen=True, slots=True)
class Rate:
    """A fraction of cases, kept as its two counts.

    Parameters
    ----------
    numerator : float, from 0 to `denominator`
        Cases the rate counts (for weighted cases the sum of their weights).
    denominator : float, >= 0
        Cases the rate is taken over.
    effective_denominator : float or None
        How many independent, equally weighted cases the denominator is worth. None: as many as it counts.

    Raises
    ------
    InputError
        If the counts contradict each other.

    Examples
    --------
    >>> missed = Rate(14, 280)
    >>> missed.value
    0.05
    >>> missed.interval(0.05)  # doctest: +ELLIPSIS
    Interval(low=0.027..., high=0.082..., confidence_level=0.95, method='Clopper-Pearson')
    """

    numerator: float
    denominator: float
    effective_denominator: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise InputError(
                f"a rate of {self.numerator} in {self.denominator} cases is impossible. "
                "The numerator lies between 0 and the denominator."
            )

    @property
    def is_defined(self) -> bool:
        """Whether there is at least one case to take the rate over."""
        return self.denominator > 0

    @property
    def value(self) -> float:
        """The rate as a fraction from 0 to 1.

        Raises
        ------
        UndefinedRateError
            If the rate is taken over no cases.
        """
        if not self.is_defined:
            raise UndefinedRateError("a rate over 0 cases is undefined; check `is_defined` first")
        return self.numerator / self.denominator

    @property
    def n_effective(self) -> float:
        """The number of independent cases the rate rests on."""
        return self.denominator if self.effective_denominator is None else self.effective_denominator

    @property
    def x_effective(self) -> float:
        """The numerator on the scale of `n_effective`."""
        if self.effective_denominator is None:
            return self.numerator
        return self.value * self.effective_denominator

    def interval(self, alpha: float = 0.05) -> Interval:
        """Return the two-sided Clopper-Pearson interval; it never covers less than it says.

        Parameters
        ----------
        alpha : float, 0 to 1
            One minus the confidence level; half of it on each side.

        Returns
        -------
        Interval
            From 0 to 1 when the rate is over no cases.

        References
        ----------
        .. [1] Clopper, C. & Pearson, E. (1934). Biometrika, 26, 404-413.
        .. [2] Korn, E. & Graubard, B. (1998). Survey Methodology, 24, 193-201 (effective cases).
        """
        low, high = self.limits(alpha)
        method = METHOD if self.effective_denominator is None else EFFECTIVE_METHOD
        return Interval(low, high, 1 - alpha, method)

    def limits(self, alpha: float) -> tuple[float, float]:
        """Return the two ends of `interval` as plain numbers."""
        if not self.is_defined:
            return 0.0, 1.0
        low, high = clopper_pearson(self.x_effective, self.n_effective, alpha)
        return float(low), float(high)

    def upper_bound(self, confidence_level: float = 0.95) -> float:
        """Return the one-sided upper limit, the one for "at most"."""
        return (
            float(upper_bound(self.x_effective, self.n_effective, confidence_level))
            if self.is_defined
            else 1.0
        )

    def lower_bound(self, confidence_level: float = 0.95) -> float:
        """Return the one-sided lower limit, the one for "at least"."""
        return (
            float(lower_bound(self.x_effective, self.n_effective, confidence_level))
            if self.is_defined
            else 0.0
        )

    def complement(self) -> Rate:
        """Return the share of the other cases, over the same denominator."""
        return Rate(self.denominator - self.numerator, self.denominator, self.effective_denominator)

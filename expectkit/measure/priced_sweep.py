"""The counts at every threshold with a price on the mistakes: cost of a setting, the whole curve, the lowest point."""

from __future__ import annotations

from dataclasses import dataclass, replace

from expectkit.measure.cost_components import AmountHistogram, CostComponents, cost_components
from expectkit.measure.costs import (
    CostCurve,
    DailyCost,
    LowestCost,
    UnitCosts,
    cost_curve,
    daily_cost,
    lowest_cost,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.settings import plainest_like
from expectkit.measure.sweep import Sweep


@dataclass(frozen=True, slots=True, eq=False)
class PricedSweep:
    """A sweep, what its mistakes cost, and the parts of the cost at both confidence levels.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    costs : UnitCosts
        1 for a cost that is each case's own amount.
    everywhere, alone : (CostComponents, CostComponents)
        At 0.95 and 0.90; for all thresholds at once, and for one that was fixed before these cases were seen.
    cheapest : float or None
        The threshold of lowest cost among all scores, where it was looked for; one of the sweep's thresholds.
    """

    sweep: Sweep
    day: DayProfile
    costs: UnitCosts
    everywhere: tuple[CostComponents, CostComponents]
    alone: tuple[CostComponents, CostComponents]
    cheapest: float | None = None

    def at(self, threshold: float, *, simultaneous: bool) -> DailyCost:
        """Give the cost of an average day at one threshold.

        Parameters
        ----------
        threshold : float
        simultaneous : bool
            Whether its range is to hold for all thresholds at once.

        Raises
        ------
        InputError
            If the threshold was not counted.
        """
        components, bounds = self.everywhere if simultaneous else self.alone
        return daily_cost(self.sweep, components, bounds, self.costs, threshold)

    def curve(self) -> CostCurve:
        """Give the cost at every threshold, with a range that holds for all of them at once."""
        return cost_curve(self.everywhere[0], self.costs)

    def lowest(self, *, prefer: float | None = None) -> LowestCost:
        """Find the threshold of lowest cost and the flat stretch around it.

        Parameters
        ----------
        prefer : float or None
            Taken when it flags the very same cases as the cheapest one; else the plainest number that does. One of the
            sweep's thresholds.

        Raises
        ------
        InputError
            If a class has no cases.
        """
        found = lowest_cost(self.sweep, self.everywhere[0], self.costs, threshold=self.cheapest)
        if found.flags != "some":
            return found
        if self.cheapest is not None:
            if prefer is not None and _flags_the_same(self.sweep, self.cheapest, prefer):
                return replace(found, threshold=prefer)
            return found
        return replace(found, threshold=plainest_like(self.sweep, found.threshold, prefer=prefer))


def priced(
    sweep: Sweep,
    day: DayProfile,
    costs: UnitCosts,
    *,
    missed_amounts: AmountHistogram | None = None,
    flagged_amounts: AmountHistogram | None = None,
    caught_amounts: AmountHistogram | None = None,
    cheapest: float | None = None,
) -> PricedSweep:
    """Put a price on the mistakes at every threshold.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    costs : UnitCosts
    missed_amounts, flagged_amounts, caught_amounts : AmountHistogram or None
        Each case's own amount, for a cost that is not the same for all.
    cheapest : float or None
        As in `PricedSweep`.

    Returns
    -------
    PricedSweep

    Raises
    ------
    InputError
        If amounts have other thresholds than the sweep, or cases are weighted as well.

    Examples
    --------
    >>> from expectkit.measure.prevalence import Prevalence, Traffic
    >>> seen = Sweep.from_counts([0.3, 0.49], [270, 266], [400, 200], 280, 8000)
    >>> day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    >>> cost = priced(seen, day, UnitCosts(120, 4)).at(0.49, simultaneous=False)
    >>> print(f"{cost.total.estimate:.0f}")
    2480
    """

    def components(*, simultaneous: bool) -> tuple[CostComponents, CostComponents]:
        wide, bounds = (
            cost_components(
                sweep,
                day,
                simultaneous=simultaneous,
                missed_amounts=missed_amounts,
                flagged_amounts=flagged_amounts,
                caught_amounts=caught_amounts,
                confidence_level=level,
            )
            for level in (0.95, 0.90)
        )
        return wide, bounds

    both = components(simultaneous=True), components(simultaneous=False)
    return PricedSweep(sweep, day, costs, *both, cheapest)


def _flags_the_same(sweep: Sweep, one: float, other: float) -> bool:
    return sweep.counts_at(one) == sweep.counts_at(other)

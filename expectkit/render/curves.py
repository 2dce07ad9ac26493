"""Curves made fit to draw: cut at the edges of the plot, thinned to what the eye can see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def cut_line(points: Sequence[Point], low: float, high: float) -> tuple[tuple[Point, ...], ...]:
    """Keep the parts of a line whose y lies between two limits, ending exactly on the limits.

    Parameters
    ----------
    points : sequence of (x, y)
        The corners of the line, in order.
    low, high : float
        The limits of y.

    Returns
    -------
    tuple of tuple of (x, y)
        One entry a visible stretch.

    Examples
    --------
    >>> cut_line([(0, 0), (2, 4), (4, 0)], 0, 2)
    (((0, 0), (1.0, 2)), ((3.0, 2), (4, 0)))
    """
    stretches: list[list[Point]] = []
    open_stretch: list[Point] = []
    for before, after in pairwise(points):
        piece = _cut_segment(before, after, low, high)
        if piece is None or (open_stretch and open_stretch[-1] != piece[0]):
            open_stretch = []
        if piece is None:
            continue
        if not open_stretch:
            open_stretch = [piece[0]]
            stretches.append(open_stretch)
        open_stretch.append(piece[1])
    return tuple(tuple(stretch) for stretch in stretches)


def _cut_segment(a: Point, b: Point, low: float, high: float) -> tuple[Point, Point] | None:
    start, end = a, b
    for limit, sign in ((low, 1), (high, -1)):
        start_out, end_out = sign * (start[1] - limit) < 0, sign * (end[1] - limit) < 0
        if start_out and end_out:
            return None
        if start_out:
            start = _crossing(a, b, limit)
        elif end_out:
            end = _crossing(a, b, limit)
    return start, end


def _crossing(a: Point, b: Point, limit: float) -> Point:
    share = (limit - a[1]) / (b[1] - a[1])
    return a[0] + share * (b[0] - a[0]), limit


def cut_polygon(points: Sequence[Point], low: float, high: float) -> tuple[Point, ...]:
    """Clip a closed shape at two limits of y (Sutherland and Hodgman 1974, for two parallel edges).

    Parameters
    ----------
    points : sequence of (x, y)
        The corners, in order, not repeated at the end.
    low, high : float
        The limits of y.

    Returns
    -------
    tuple of (x, y)
        The corners of what is left; empty when nothing is.

    References
    ----------
    .. [1] Sutherland, I. E. and Hodgman, G. W. (1974). Reentrant polygon clipping. Communications of the ACM 17(1),
       32-42.
    """
    kept = list(points)
    for limit, sign in ((low, 1), (high, -1)):
        corners, kept = kept, []
        for before, here in zip(corners[-1:] + corners[:-1], corners, strict=True):
            here_in, before_in = sign * (here[1] - limit) >= 0, sign * (before[1] - limit) >= 0
            if here_in != before_in:
                kept.append(_crossing(before, here, limit))
            if here_in:
                kept.append(here)
    return tuple(kept)


def within(points: Sequence[Point], low: float, high: float) -> tuple[Point, ...]:
    """Keep the part of a line, sorted by x, between two values of x; the ends are interpolated.

    Parameters
    ----------
    points : sequence of (x, y)
        Sorted by x.
    low, high : float
        The limits of x.

    Returns
    -------
    tuple of (x, y)

    Examples
    --------
    >>> within([(0.0, 0.0), (4.0, 8.0)], 1.0, 3.0)
    ((1.0, 2.0), (3.0, 6.0))
    """
    turned = [(y, x) for x, y in points]
    pieces = cut_line(turned, low, high)
    if not pieces:
        return tuple(point for point in points if low <= point[0] <= high)
    return tuple((x, y) for y, x in (point for piece in pieces for point in piece))


def height_at(points: Sequence[Point], x: float) -> float | None:
    """Return y at `x` on a line sorted by x, or None outside it."""
    for before, after in pairwise(points):
        if before[0] <= x <= after[0]:
            if after[0] == before[0]:
                return after[1]
            return before[1] + (x - before[0]) / (after[0] - before[0]) * (after[1] - before[1])
    return None


def thin(points: Sequence[Point], tolerance: float = 0.15) -> tuple[Point, ...]:
    """Leave out points that a line through the kept ones passes within `tolerance` of, measured along y.

    One pass over points sorted by x: from the last kept point two slopes bound every line that stays close enough
    to all points since; when no slope is left, the point before becomes the next kept one.

    Parameters
    ----------
    points : sequence of (x, y)
        In the drawing's units, sorted by x.
    tolerance : float
        The largest error, in the drawing's units.

    Returns
    -------
    tuple of (x, y)
        A subset of `points` with its first and last.

    Examples
    --------
    >>> thin([(0, 0), (1, 1), (2, 2), (3, 0)])
    ((0, 0), (2, 2), (3, 0))
    """
    if len(points) < 3:
        return tuple(points)
    kept, pending = [points[0]], points[1]
    steepest, flattest = float("inf"), float("-inf")
    for point in points[1:]:
        run = point[0] - kept[-1][0]
        slope = (point[1] - kept[-1][1]) / run if run > 0 else None
        if slope is None or not flattest <= slope <= steepest:
            kept.append(pending)
            run = point[0] - pending[0]
            steepest, flattest = float("inf"), float("-inf")
        if run > 0:
            rise = point[1] - kept[-1][1]
            steepest = min(steepest, (rise + tolerance) / run)
            flattest = max(flattest, (rise - tolerance) / run)
        pending = point
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return tuple(kept)


def spread(places: Sequence[float], heights: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    """Move labels apart along one axis so that none overlaps, as little as needed and inside the limits.

    Parameters
    ----------
    places : sequence of float
        Wanted centres, in any order.
    heights : sequence of float
        Room each label needs.
    low, high : float
        The limits of the column of labels.

    Returns
    -------
    tuple of float
        The centres, in the order given.

    Examples
    --------
    >>> spread([10.0, 12.0], [8.0, 8.0], 0.0, 40.0)
    (10.0, 18.0)
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    result = list(places)
    edge = low
    for i in order:
        result[i] = max(result[i], edge + heights[i] / 2)
        edge = result[i] + heights[i] / 2
    edge = high
    for i in reversed(order):
        result[i] = min(result[i], edge - heights[i] / 2)
        edge = result[i] - heights[i] / 2
    return tuple(result)

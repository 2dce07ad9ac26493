"""Simulate card payments of customers and of thieves, from one seed.

Frauds are extra rows: no payment of a customer is turned into a fraud. Three kinds of
theft are simulated: skimmed terminals, account takeover, and card testing. Reports arrive
late and some never do. All rates are chosen; none was observed anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sample_data.fraud.world import (
    AMOUNT_FACTORS,
    DIGITAL_GOODS,
    N_APP_STORES,
    N_NEAR,
    N_USUAL,
    N_USUAL_ONLINE,
    RESALE,
    BoolArray,
    FloatArray,
    IntArray,
    World,
    build_world,
    cumulative_zipf,
    popular,
)

DAY = 86_400  # seconds
WEEKDAY_FACTORS = (0.96, 0.94, 0.96, 1.00, 1.12, 1.10, 0.92)  # Monday first
CHANNELS = ("chip", "contactless", "mobile wallet", "online")
CHIP, CONTACTLESS, WALLET, ONLINE = range(4)
KINDS = ("valid", "skimmed terminal", "account takeover", "card testing")
VALID, SKIMMED, TAKEOVER, TESTING = range(4)
NEVER = np.iinfo(np.int64).max  # label_time of a payment nobody reports
SMALL_EUR = 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What is simulated; the defaults make the shipped data. Day 0 is a Monday.

    Attributes
    ----------
    imitate_from_day : int or None
        Switch A: from this day most thieves behave as the customer would.
    season_from_day : int or None
        Switch B: from this day customers travel `season_travel` times as often; thieves change nothing.
    careful_share : float
        Share of skimming and takeover frauds made in the customer's own manner, before switch A.
    slow_testing_share : float
        Share of card tests made one by one at an app store nearly everyone uses; the others come in bursts.
    """

    seed: int = 20260302
    n_days: int = 224
    n_customers: int = 4_000
    n_terminals: int = 8_000
    online_terminals: float = 0.05
    payments_per_customer: float = 1.967  # before sprees, which bring the mean to about 2
    day_swing: float = 0.04  # standard deviation of the log of a day's level
    trips_per_day: float = 0.004
    spree_share: float = 0.012  # days on which a customer makes 2 to 4 payments more, close together
    new_places: float = 0.06  # share of a customer's shop payments at places other than the usual ones
    new_web_shops: float = 0.075  # the same for payments online
    tiny_share: float = 0.55  # share of digital goods sold for 0.29 to 2.60 EUR
    skimmed_per_day: float = 4.0
    skimmed_days: int = 14
    skimmed_payments: float = 2.08
    skimmed_amount: float = 1.35
    takeovers_per_day: float = 9.0
    takeover_days: int = 7
    takeover_payments: float = 1.95
    takeover_amount: float = 2.5
    tests_per_day: float = 18.0
    purchases_after_test: float = 2.0
    slow_testing_share: float = 0.70
    careful_share: float = 0.006
    report_median_days: float = 5.0
    report_spread: float = 0.7  # standard deviation of the log of the delay
    never_reported: float = 0.03
    imitate_from_day: int | None = None
    imitating_share: float = 0.25
    season_from_day: int | None = None
    season_travel: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Payments:
    """Payments in order of time; all arrays have shape (n_payments,).

    Attributes
    ----------
    time, label_time : IntArray
        Seconds since the start of day 0; `label_time` is when the theft is reported, `NEVER` otherwise.
    customer, terminal, channel, kind : IntArray
        Indices into the world, `CHANNELS` and `KINDS`.
    amount : FloatArray
        EUR, two decimals.
    """

    time: IntArray
    customer: IntArray
    terminal: IntArray
    channel: IntArray
    amount: FloatArray
    kind: IntArray
    label_time: IntArray

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: IntArray | BoolArray) -> Payments:
        """Return the chosen rows, in the order given."""
        return Payments(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """Payments being made up, before channel, label and order; arrays of shape (n,)."""

    time: IntArray
    customer: IntArray
    terminal: IntArray
    amount: FloatArray
    kind: IntArray


def simulate(settings: Settings) -> tuple[World, Payments]:
    """Simulate every payment of `settings.n_days` whole days.

    The same settings give the same payments, whatever ran before. Each part has its own
    stream of chance, so a switch changes what it names and leaves the customers' payments alone.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(settings.seed).spawn(6)]
    world = build_world(settings.n_customers, settings.n_terminals, settings.online_terminals, streams[0])
    drafts = (
        _customers_pay(world, settings, streams[1]),
        _skimmed_terminals(world, settings, streams[2]),
        _account_takeovers(world, settings, streams[3]),
        _card_tests(world, settings, streams[4]),
    )
    return world, _assemble(world, settings, drafts, streams[5])


def _time_of_day(n: int, rng: np.random.Generator, at_any_hour: float = 0.04) -> IntArray:
    waking = rng.normal(14.0, 3.7, n)
    hour = np.where(rng.random(n) < at_any_hour, rng.uniform(0.0, 24.0, n), waking)
    seconds: IntArray = (hour * 3600 % DAY).astype(np.int64)
    return seconds


def _amounts(
    world: World, settings: Settings, customer: IntArray, terminal: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Log-normal amounts (coefficient of variation 0.6) around the customer's mean for that kind of shop."""
    category = world.terminal_category[terminal]
    sigma = np.sqrt(np.log(1 + 0.6**2))
    noise = rng.lognormal(-(sigma**2) / 2, sigma, len(customer))
    amount = world.mean_amount[customer] * np.asarray(AMOUNT_FACTORS)[category] * noise
    is_tiny = (category == DIGITAL_GOODS) & (rng.random(len(customer)) < settings.tiny_share)
    return np.asarray(np.where(is_tiny, rng.uniform(0.29, 2.6, len(customer)), amount))


def _usual_places(
    world: World, settings: Settings, customer: IntArray, is_online: BoolArray, rng: np.random.Generator
) -> IntArray:
    """Choose terminals as the customer would: mostly the usual ones, sometimes a new one."""
    n = len(customer)
    shop = world.usual[customer, popular(cumulative_zipf(N_USUAL), n, rng)]
    web = world.usual_online[customer, popular(cumulative_zipf(N_USUAL_ONLINE), n, rng)]
    new_shop = world.near[customer, rng.integers(0, N_NEAR, n)]
    new_web = world.online_terminals[popular(world.online_popularity, n, rng)]
    is_new = rng.random(n) < np.where(is_online, settings.new_web_shops, settings.new_places)
    return np.where(is_online, np.where(is_new, new_web, web), np.where(is_new, new_shop, shop))


def _trips(world: World, settings: Settings, rng: np.random.Generator) -> IntArray:
    """Return where each customer stays each day: a terminal as the place, or -1 at home."""
    shape = (world.n_customers, settings.n_days)
    rate = np.full(settings.n_days, settings.trips_per_day)
    if settings.season_from_day is not None:
        rate[settings.season_from_day :] *= settings.season_travel
    customer, start = np.nonzero(rng.random(shape) < rate)
    # Drawn for every day, also those without a start, so that more trips leave the others as they are.
    length = rng.integers(2, 8, shape)[customer, start]
    place = rng.choice(world.shop_terminals, shape)[customer, start]
    stay = np.full(shape, -1, dtype=np.int64)
    for night in range(7):
        there = (night < length) & (start + night < settings.n_days)
        stay[customer[there], start[there] + night] = place[there]
    return stay


def _customers_pay(world: World, settings: Settings, rng: np.random.Generator) -> _Draft:
    shape = (world.n_customers, settings.n_days)
    level = np.asarray(WEEKDAY_FACTORS)[np.arange(settings.n_days) % 7]
    level = level * np.exp(rng.normal(0.0, settings.day_swing, settings.n_days))
    rate = world.payments_per_day / world.payments_per_day.mean() * settings.payments_per_customer
    is_spree = rng.random(shape) < settings.spree_share
    counts = rng.poisson(rate[:, None] * level) + is_spree * rng.integers(2, 5, shape)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    customer, day = cell // settings.n_days, cell % settings.n_days
    n = len(cell)
    spree_start = np.minimum(_time_of_day(counts.size, rng), DAY - 7_200)
    together = spree_start[cell] + rng.integers(0, 7_200, n)
    seconds = np.where(is_spree.ravel()[cell], together, _time_of_day(n, rng))
    is_online = rng.random(n) < world.online_share[customer]
    terminal = _usual_places(world, settings, customer, is_online, rng)
    stay = _trips(world, settings, np.random.default_rng(rng.integers(2**63))).ravel()[cell]
    visited = world.neighbours[np.maximum(stay, 0), rng.integers(0, N_USUAL, n)]
    terminal = np.where((stay >= 0) & ~is_online, visited, terminal)
    amount = _amounts(world, settings, customer, terminal, rng)
    return _Draft(day * DAY + seconds, customer, terminal, amount, np.full(n, VALID))


def _campaigns(
    starts_per_day: float, n_days_each: int, payments: float, n_days: int, rng: np.random.Generator
) -> tuple[int, IntArray, IntArray]:
    """Draw thefts that last some days: their number, then the theft and the day of each payment."""
    level = starts_per_day * np.exp(rng.normal(0.0, 0.15, n_days))
    start = np.repeat(np.arange(n_days), rng.poisson(level))
    counts = rng.poisson(payments, (len(start), n_days_each))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    theft, day = cell // n_days_each, start[cell // n_days_each] + cell % n_days_each
    inside = day < n_days
    return len(start), theft[inside], day[inside]


def _is_careful(settings: Settings, day: IntArray, rng: np.random.Generator) -> BoolArray:
    """Say which frauds are made in the customer's own manner (switch A raises their share)."""
    share = np.full(len(day), settings.careful_share)
    if settings.imitate_from_day is not None:
        share[day >= settings.imitate_from_day] = settings.imitating_share
    return np.asarray(rng.random(len(day)) < share)


def _skimmed_terminals(world: World, settings: Settings, rng: np.random.Generator) -> _Draft:
    """Put copied cards of customers through a rigged shop terminal for two weeks."""
    n_thefts, theft, day = _campaigns(
        settings.skimmed_per_day, settings.skimmed_days, settings.skimmed_payments, settings.n_days, rng
    )
    rigged = rng.choice(world.shop_terminals, n_thefts)[theft]
    n = len(theft)
    customer = rng.integers(0, world.n_customers, n)
    careful = _is_careful(settings, day, rng)
    # A careful thief uses each card in a shop its owner goes to, at the owner's usual amounts.
    nowhere_online = np.zeros(n, dtype=np.bool_)
    usual = _usual_places(world, settings, customer, nowhere_online, rng)
    terminal = np.where(careful, usual, rigged)
    factor = np.where(careful, 1.0, settings.skimmed_amount)
    amount = _amounts(world, settings, customer, terminal, rng) * factor
    return _Draft(day * DAY + _time_of_day(n, rng, 0.1), customer, terminal, amount, np.full(n, SKIMMED))


def _resale_shops(world: World, n: int, rng: np.random.Generator) -> IntArray:
    """Choose web shops that sell what a thief can sell on: clothing, electronics, travel."""
    shops = world.online_terminals
    sells = np.isin(world.terminal_category[shops], RESALE)
    weight = np.diff(world.online_popularity, prepend=0.0) * sells
    cumulative = np.cumsum(weight) / weight.sum()
    cumulative[-1] = 1.0
    return shops[popular(cumulative, n, rng)]


def _account_takeovers(world: World, settings: Settings, rng: np.random.Generator) -> _Draft:
    """Spend with one customer's card for a week, mostly online and more than the customer would."""
    n_thefts, theft, day = _campaigns(
        settings.takeovers_per_day, settings.takeover_days, settings.takeover_payments, settings.n_days, rng
    )
    customer = rng.integers(0, world.n_customers, n_thefts)[theft]
    n = len(theft)
    is_online = rng.random(n) < 0.6
    web = _resale_shops(world, n, rng)
    haunt = rng.choice(world.shop_terminals, n_thefts)[theft]
    shop = world.neighbours[haunt, rng.integers(0, N_USUAL, n)]
    careful = _is_careful(settings, day, rng)
    usual = _usual_places(world, settings, customer, is_online, rng)
    terminal = np.where(careful, usual, np.where(is_online, web, shop))
    factor = np.where(careful, 1.1, settings.takeover_amount)
    amount = _amounts(world, settings, customer, terminal, rng) * factor
    at_any_hour = np.where(careful, _time_of_day(n, rng), _time_of_day(n, rng, 0.35))
    return _Draft(day * DAY + at_any_hour, customer, terminal, amount, np.full(n, TAKEOVER))


def _card_tests(world: World, settings: Settings, rng: np.random.Generator) -> _Draft:
    """Try stolen numbers with online payments under 2 EUR, then buy with those that work."""
    n_tests = rng.poisson(settings.tests_per_day * settings.n_days)
    customer = rng.integers(0, world.n_customers, n_tests)
    # Bursts: about six cards at one web shop within half an hour.
    burst = rng.integers(0, max(1, n_tests // 6), n_tests)
    n_bursts = max(1, n_tests // 6)
    shop_of_burst = world.online_terminals[popular(world.online_popularity, n_bursts, rng)]
    start_of_burst = rng.integers(0, settings.n_days * DAY - 1_800, n_bursts)
    slow = rng.random(n_tests) < settings.slow_testing_share
    slow_time = rng.integers(0, settings.n_days, n_tests) * DAY + _time_of_day(n_tests, rng)
    time = np.where(slow, slow_time, start_of_burst[burst] + rng.integers(0, 1_800, n_tests))
    terminal = np.where(slow, rng.integers(0, N_APP_STORES, n_tests), shop_of_burst[burst])
    tiny = rng.uniform(0.3, SMALL_EUR - 0.01, n_tests)
    after = np.repeat(np.arange(n_tests), rng.poisson(settings.purchases_after_test, n_tests))
    later = time[after] + rng.integers(600, 2 * DAY, len(after))
    bought_at = _resale_shops(world, len(after), rng)
    bought = _amounts(world, settings, customer[after], bought_at, rng) * settings.takeover_amount
    inside = later < settings.n_days * DAY
    return _Draft(
        np.concatenate((time, later[inside])),
        np.concatenate((customer, customer[after][inside])),
        np.concatenate((terminal, bought_at[inside])),
        np.concatenate((tiny, bought[inside])),
        np.full(n_tests + int(inside.sum()), TESTING),
    )


def _channels(world: World, draft: _Draft, rng: np.random.Generator) -> IntArray:
    n = len(draft.time)
    tapped = rng.random(n) < world.contactless_share[draft.customer]
    tapped &= (draft.amount < 120) | (rng.random(n) < 0.3)
    phone = rng.random(n) < 0.3
    in_shop = np.where(tapped, np.where(phone, WALLET, CONTACTLESS), CHIP)
    copied = np.where(rng.random(n) < 0.75, CHIP, CONTACTLESS)
    in_shop = np.where(draft.kind == SKIMMED, copied, in_shop)
    return np.where(world.is_online[draft.terminal], ONLINE, in_shop)


def _label_times(draft: _Draft, settings: Settings, rng: np.random.Generator) -> IntArray:
    """Say when each theft is reported: log-normal delay, some never; valid payments never."""
    n = len(draft.time)
    delay = rng.lognormal(np.log(settings.report_median_days), settings.report_spread, n) * DAY
    reported = (draft.kind != VALID) & (rng.random(n) >= settings.never_reported)
    return np.where(reported, draft.time + delay.astype(np.int64) + 1, NEVER)


def _assemble(
    world: World, settings: Settings, drafts: tuple[_Draft, ...], rng: np.random.Generator
) -> Payments:
    """Join the drafts, add channel and label, and order by time."""
    draft = _Draft(*(np.concatenate([getattr(d, field.name) for d in drafts]) for field in fields(_Draft)))
    payments = Payments(
        time=draft.time,
        customer=draft.customer,
        terminal=draft.terminal,
        channel=_channels(world, draft, rng),
        amount=np.maximum(np.floor(draft.amount * 100 + 0.5) / 100, 0.10),
        kind=draft.kind,
        label_time=_label_times(draft, settings, rng),
    )
    return payments.take(np.argsort(payments.time, kind="stable"))

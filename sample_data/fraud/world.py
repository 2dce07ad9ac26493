"""The fixed part of the simulation: who pays (customers) and where (terminals)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

COUNTRIES = ("DE", "FR", "IT", "ES", "NL")
COUNTRY_SHARES = (0.40, 0.25, 0.15, 0.12, 0.08)
# One square of 100 km x 100 km per country; these are the corners, in km. Not a real map.
CORNERS_KM = ((0.0, 0.0), (-700.0, -250.0), (250.0, -850.0), (-1300.0, -900.0), (-350.0, 200.0))
SQUARE_KM = 100.0

CATEGORIES = ("groceries", "fuel", "restaurant", "clothing", "electronics", "travel", "digital goods")
AMOUNT_FACTORS = (0.7, 1.1, 0.8, 1.3, 2.0, 2.6, 0.4)  # times the customer's own mean
SHOP_SHARES = (0.36, 0.10, 0.24, 0.14, 0.08, 0.08, 0.0)
ONLINE_SHARES = (0.10, 0.0, 0.12, 0.26, 0.20, 0.12, 0.20)
DIGITAL_GOODS = CATEGORIES.index("digital goods")
RESALE = tuple(CATEGORIES.index(name) for name in ("clothing", "electronics", "travel"))

N_NEAR = 60  # terminals that count as "near home"
N_USUAL = 15  # shops a customer returns to
N_USUAL_ONLINE = 6
N_APP_STORES = 2  # the first web shops; every customer uses one of them


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Customers and terminals; every array is indexed by customer or by terminal.

    Attributes
    ----------
    payments_per_day : FloatArray, shape (n_customers,)
        Mean number of payments on an average day.
    mean_amount : FloatArray, shape (n_customers,)
        Mean amount in EUR before the category factor.
    online_share, contactless_share : FloatArray, shape (n_customers,)
        Share of payments made online; share of shop payments made without inserting the card.
    near, usual, usual_online : IntArray, shape (n_customers, N_NEAR | N_USUAL | N_USUAL_ONLINE)
        Terminals near home, shops returned to (favourite first), web shops returned to.
    neighbours : IntArray, shape (n_terminals, N_USUAL)
        Shops around a terminal, itself included for a shop.
    online_popularity : FloatArray, shape (n_online,)
        Cumulative popularity of ``online_terminals``, ending at 1.
    """

    customer_country: IntArray
    customer_km: FloatArray
    payments_per_day: FloatArray
    mean_amount: FloatArray
    online_share: FloatArray
    contactless_share: FloatArray
    near: IntArray
    usual: IntArray
    usual_online: IntArray
    terminal_country: IntArray
    terminal_km: FloatArray
    terminal_category: IntArray
    is_online: BoolArray
    online_terminals: IntArray
    shop_terminals: IntArray
    online_popularity: FloatArray
    neighbours: IntArray

    @property
    def n_customers(self) -> int:
        """Number of customers (one card each)."""
        return len(self.mean_amount)


def _places(country: IntArray, rng: np.random.Generator) -> FloatArray:
    return np.asarray(CORNERS_KM)[country] + rng.uniform(0.0, SQUARE_KM, (len(country), 2))


def popular(cumulative: FloatArray, size: int | tuple[int, ...], rng: np.random.Generator) -> IntArray:
    """Draw indices with probabilities given by their cumulative sum (last entry 1)."""
    return np.searchsorted(cumulative, rng.random(size), side="right").astype(np.int64)


def cumulative_zipf(n: int, exponent: float = 1.0) -> FloatArray:
    """Cumulative probabilities of ranks 1 to n, each proportional to ``rank ** -exponent``."""
    weights = np.arange(1, n + 1, dtype=np.float64) ** -exponent
    total = np.cumsum(weights) / weights.sum()
    total[-1] = 1.0
    return np.asarray(total)


def build_world(n_customers: int, n_terminals: int, online: float, rng: np.random.Generator) -> World:
    """Place customers and terminals, and decide who usually pays where.

    Parameters
    ----------
    n_customers, n_terminals : int
        At least 1 customer and about 400 terminals, so that each country has shops.
    online : float
        Share of the terminals that are web shops, 0 to 1.
    rng : numpy.random.Generator
        The only source of chance.
    """
    terminal_country = rng.choice(len(COUNTRIES), n_terminals, p=COUNTRY_SHARES)
    terminal_km = _places(terminal_country, rng)
    is_online = np.arange(n_terminals) < round(online * n_terminals)
    category = np.where(
        is_online,
        rng.choice(len(CATEGORIES), n_terminals, p=ONLINE_SHARES),
        rng.choice(len(CATEGORIES), n_terminals, p=SHOP_SHARES),
    )
    category[:N_APP_STORES] = DIGITAL_GOODS
    web, shops = np.flatnonzero(is_online), np.flatnonzero(~is_online)
    tree = cKDTree(terminal_km[shops])
    country = rng.choice(len(COUNTRIES), n_customers, p=COUNTRY_SHARES)
    home = _places(country, rng)
    near = shops[tree.query(home, k=N_NEAR)[1]]
    popularity = cumulative_zipf(len(web), 0.6)
    usual_online = web[popular(popularity, (n_customers, N_USUAL_ONLINE), rng)]
    usual_online[:, 2] = rng.integers(0, N_APP_STORES, n_customers)
    return World(
        customer_country=country,
        customer_km=home,
        payments_per_day=rng.gamma(4.0, 0.25, n_customers),
        mean_amount=rng.lognormal(np.log(38.0), 0.35, n_customers),
        online_share=rng.beta(2.5, 7.5, n_customers),
        contactless_share=rng.beta(5.0, 3.0, n_customers),
        near=near,
        usual=rng.permuted(near, axis=1)[:, :N_USUAL],
        usual_online=usual_online,
        terminal_country=terminal_country,
        terminal_km=terminal_km,
        terminal_category=category,
        is_online=is_online,
        online_terminals=web,
        shop_terminals=shops,
        online_popularity=popularity,
        neighbours=shops[tree.query(terminal_km, k=N_USUAL)[1]],
    )

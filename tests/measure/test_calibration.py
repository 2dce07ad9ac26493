from __future__ import annotations

import numpy as np
import pytest

from expectkit.errors import InputError
from expectkit.measure.calibration import (
    PENALTY,
    ScoreCells,
    calibrate,
    check_calibration,
    propose_threshold,
)
from expectkit.measure.costs import UnitCosts
from expectkit.measure.histogram import tally_arrays
from expectkit.measure.prevalence import Prevalence


def _sample(seed: int, n_positives: int, n_negatives: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are a bent probability: log odds of the truth, squeezed on one side."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n_positives + n_negatives) < n_positives
    log_odds = rng.normal(size=truth.size) * 1.5 + 2.5 * truth - 2
    return truth, (1 / (1 + np.exp(-log_odds))) ** 2


def test_the_fit_is_scikit_learns_logistic_regression_on_the_two_logarithms() -> None:
    from sklearn.linear_model import LogisticRegression

    truth, score = _sample(1, 300, 4000)
    fitted = calibrate(ScoreCells.from_arrays(truth, score))
    features = np.column_stack([np.log(score), -np.log1p(-score)])
    oracle = LogisticRegression(C=1 / PENALTY, tol=1e-12, max_iter=10_000).fit(features, truth)
    assert (fitted.rise, fitted.fall) == pytest.approx(tuple(oracle.coef_[0]), rel=1e-4)
    assert fitted.intercept == pytest.approx(float(oracle.intercept_[0]), rel=1e-4)
    np.testing.assert_allclose(fitted.probability(score), oracle.predict_proba(features)[:, 1], rtol=1e-3)


def test_a_histogram_of_400_cells_calibrates_like_the_cases_themselves() -> None:
    truth, score = _sample(2, 500, 9000)
    grid = np.quantile(score, np.linspace(0, 1, 401))
    cells = ScoreCells.from_histogram(tally_arrays(truth, score, grid), score.min(), score.max())
    assert cells.positives.sum() == 500
    by_cells, by_cases = calibrate(cells), calibrate(ScoreCells.from_arrays(truth, score))
    np.testing.assert_allclose(by_cells.log_odds(grid[5:-5]), by_cases.log_odds(grid[5:-5]), atol=0.05)


def test_a_score_that_falls_with_the_truth_calibrates_flat_and_never_falls() -> None:
    truth, score = _sample(3, 300, 3000)
    fitted = calibrate(ScoreCells.from_arrays(~truth, score))
    assert fitted.rise == 0
    assert fitted.fall == 0
    np.testing.assert_allclose(fitted.probability([0.1, 0.9]), 3000 / 3300)


def test_scores_that_separate_the_classes_stay_finite() -> None:
    fitted = calibrate(ScoreCells.from_arrays([0, 0, 0, 1, 1], [0.0, 0.1, 0.2, 0.8, 1.0]))
    assert np.isfinite([fitted.rise, fitted.fall, fitted.intercept]).all()
    assert fitted.probability(0.1) < 0.05 < 0.95 < fitted.probability(0.9)


def test_scores_outside_0_to_1_are_calibrated_too() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(20_000) < 2000
    score = rng.normal(size=20_000) * 3 + 6 * truth + 40
    cells = ScoreCells.from_arrays(truth, score)
    fitted = calibrate(cells)
    real = 1 / (1 + np.exp(-((score - 40) * 6 / 9 - 2 + np.log(0.1 / 0.9))))
    assert np.mean(np.abs(fitted.probability(score) - real)) < 0.01
    assert (np.diff(fitted.probability(np.sort(score))) >= 0).all()
    assert check_calibration(cells) is None


def test_true_probabilities_pass_the_check_and_extreme_ones_fail_it() -> None:
    rng = np.random.default_rng(11)
    probability = rng.beta(1, 8, 5000)
    truth = rng.random(5000) < probability
    honest = check_calibration(ScoreCells.from_arrays(truth, probability))
    odds = (probability / (1 - probability)) ** 1.6
    bold = check_calibration(ScoreCells.from_arrays(truth, odds / (1 + odds)))
    assert honest is not None
    assert bold is not None
    assert not honest.is_contradicted
    assert bold.is_contradicted
    assert bold.slope == pytest.approx(1 / 1.6, abs=0.08)


def test_costs_propose_the_score_at_which_the_calibrated_probability_pays() -> None:
    truth, score = _sample(6, 400, 8000)
    fitted = calibrate(ScoreCells.from_arrays(truth, score))
    grid = np.linspace(0, 1, 101)
    costs, ends = UnitCosts(90, 10), {"score_low": 0.0, "score_high": 1.0}
    here = propose_threshold(fitted, costs, Prevalence.stated(fitted.prevalence), thresholds=grid, **ends)
    assert here.probability == pytest.approx(0.1)
    assert float(fitted.probability(here.score)) == pytest.approx(0.1, abs=1e-9)
    assert here.threshold == pytest.approx(np.ceil(here.score * 100) / 100)
    rarer = propose_threshold(fitted, costs, Prevalence.stated(fitted.prevalence / 10), **ends)
    assert float(fitted.probability(rarer.score, fitted.prevalence / 10)) == pytest.approx(0.1, abs=1e-9)
    assert rarer.score > here.score
    dearer = propose_threshold(fitted, UnitCosts(90, 10, 200), Prevalence.stated(fitted.prevalence), **ends)
    assert dearer.score < here.score


def test_where_no_case_is_worth_flagging_no_threshold_is_proposed() -> None:
    truth, score = _sample(7, 100, 3000)
    fitted = calibrate(ScoreCells.from_arrays(truth, score))
    found = propose_threshold(
        fitted, UnitCosts(1e-9, 1), Prevalence.stated(0.01), score_low=0.0, score_high=float(score.max())
    )
    assert found.score is None
    assert found.threshold is None


def test_a_class_without_cases_is_refused() -> None:
    with pytest.raises(InputError, match="both classes"):
        calibrate(ScoreCells.from_arrays([1, 1], [0.2, 0.4]))


@pytest.mark.slow
def test_the_check_is_wrong_about_honest_scores_at_most_6_times_in_100() -> None:
    rng = np.random.default_rng(20260307)
    contradicted = []
    for _ in range(1500):
        probability = rng.beta(1, 8, 1000)
        seen = check_calibration(ScoreCells.from_arrays(rng.random(1000) < probability, probability))
        assert seen is not None
        contradicted.append(seen.is_contradicted)
    assert 0.035 <= np.mean(contradicted) <= 0.065


@pytest.mark.slow
def test_the_proposed_threshold_wastes_less_than_the_cheapest_of_the_sample() -> None:
    rng = np.random.default_rng(20260308)
    costs, share = UnitCosts(20, 1), 0.034
    grid = np.linspace(-3, 6, 1801)
    from scipy.special import ndtr

    true_cost = share * 20 * ndtr(grid - 2.7) + (1 - share) * (1 - ndtr(grid))
    regrets: dict[str, list[float]] = {"calibrated": [], "cheapest": []}
    for _ in range(300):
        positives, negatives = rng.normal(2.7, 1, 100), rng.normal(0, 1, 3000)
        truth = np.repeat([True, False], [100, 3000])
        bent = 1 / (1 + np.exp(-1.3 * np.concatenate([positives, negatives]) + 2))
        fitted = calibrate(ScoreCells.from_arrays(truth, bent))
        found = propose_threshold(fitted, costs, Prevalence.stated(share), score_low=0.0, score_high=1.0)
        assert found.score is not None
        at = (np.log(found.score / (1 - found.score)) + 2) / 1.3
        own = share * 20 * np.searchsorted(np.sort(positives), grid) / 100
        own = own + (1 - share) * (3000 - np.searchsorted(np.sort(negatives), grid)) / 3000
        regrets["calibrated"].append(float(np.interp(at, grid, true_cost)))
        regrets["cheapest"].append(float(true_cost[np.argmin(own)]))
    mean = {name: np.mean(values) / true_cost.min() - 1 for name, values in regrets.items()}
    assert mean["calibrated"] < 0.015
    assert mean["calibrated"] < mean["cheapest"]

// Ranges in closed form: MOVER on logarithms, and what chance alone does to a day.

/** The range of a product of independent parts, each [estimate, low, high]. */
export function logMover(parts) {
  let [total, below, above] = [0, 0, 0];
  for (const [estimate, low, high] of parts) {
    total += Math.log(estimate);
    below += (Math.log(estimate) - Math.log(low)) ** 2;
    above += (Math.log(high) - Math.log(estimate)) ** 2;
  }
  return [Math.exp(total - Math.sqrt(below)), Math.exp(total + Math.sqrt(above))];
}

/** The range of all that is flagged: every part moves alone, the changes of the logarithm add up as squares. */
export function flaggedLimits(traffic, share, caught, alarms) {
  const flagged = (mix, right, wrong) => Math.log(mix * right + (1 - mix) * wrong);
  const middle = flagged(share, caught[0], alarms[0]);
  const pairs = [
    [flagged(share, caught[1], alarms[0]), flagged(share, caught[2], alarms[0])],
    [flagged(share, caught[0], alarms[1]), flagged(share, caught[0], alarms[2])],
  ];
  let [below, above] = [0, 0];
  for (const pair of pairs) {
    below += Math.min(Math.min(...pair) - middle, 0) ** 2;
    above += Math.max(Math.max(...pair) - middle, 0) ** 2;
  }
  return [Math.exp(middle - Math.sqrt(below)) * traffic, Math.exp(middle + Math.sqrt(above)) * traffic];
}

/**
 * The counts that a share of days falls between when nothing but chance makes days differ (Poisson).
 * The distribution is summed outward from its middle, without a gamma function.
 */
export function chanceRanges(mean, shares) {
  if (!(mean > 0)) return shares.map(() => [0, 0]);
  const middle = Math.floor(mean);
  const reach = Math.ceil(9 * Math.sqrt(mean)) + 40;
  const first = Math.max(0, middle - reach);
  const weights = new Float64Array(middle + reach - first + 1);
  weights[middle - first] = 1;
  for (let k = middle; k > first; k -= 1) weights[k - 1 - first] = (weights[k - first] * k) / mean;
  for (let k = middle + 1; k < first + weights.length; k += 1) {
    weights[k - first] = (weights[k - 1 - first] * mean) / k;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return shares.map((share) => {
    const tail = ((1 - share) / 2) * total;
    return [countAt(weights, tail, true) + first, countAt(weights, total - tail, false) + first];
  });
}

function countAt(weights, level, strict) {
  let reached = 0;
  for (let i = 0; i < weights.length; i += 1) {
    reached += weights[i];
    if (strict ? reached > level : reached >= level) return i;
  }
  return weights.length - 1;
}

/** The cost of a day: MOVER of a sum, with how its parts move together where that widens it. */
export function costOf(parts, factors, correlations) {
  let mean = 0;
  const [below, above] = [{}, {}];
  for (const [name, factor] of Object.entries(factors)) {
    if (factor === 0) continue;
    const [estimate, low, high] = parts[name];
    mean += factor * estimate;
    const [down, up] = [factor * (estimate - low), factor * (high - estimate)];
    below[name] = factor > 0 ? down : up;
    above[name] = factor > 0 ? up : down;
  }
  return [mean, mean - combined(below, correlations), mean + combined(above, correlations)];
}

function combined(reaches, correlations) {
  let squares = Object.values(reaches).reduce((sum, reach) => sum + reach ** 2, 0);
  for (const [one, other, correlation] of correlations) {
    if (one in reaches && other in reaches) {
      squares += 2 * Math.max(correlation * reaches[one] * reaches[other], 0);
    }
  }
  return Math.sqrt(squares);
}

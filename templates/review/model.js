// What a setting brings: read from the page as it was printed, or worked out anew for edited figures.

import { chanceRanges, costOf, flaggedLimits, logMover } from "./chance.js";
import { codes, counts, floats, printedColumn } from "./data.js";
import { decimal, numberText } from "./decimal.js";
import { printCost, printVolumes } from "./printed.js";

const LEVELS = ["refuse", "bound only", "range only", "number and range"];
const RATE_STEPS = ["0.0001", "0.001", "0.01", "0.1", "1", "10"]; // RATE_STEPS in review_data.py
const PERIODS = ["day", "week", "month", "year"];
const KINDS = ["typical day", "by chance alone"];
const OUTCOMES = ["flagged_negatives", "missed_positives", "caught_positives"];
const MOST_DAYS = 0.8;
const NEARLY_ALL_DAYS = 0.95;

export class Model {
  constructor(data) {
    this.data = data;
    this.thresholds = data.thresholds;
    this.size = data.thresholds.length;
    this.tp = counts(data.counts.tp);
    this.fp = counts(data.counts.fp);
    this.fixed = new Set(data.fixed);
    const { positives, negatives } = data.counts;
    this.missedShare = data.shares ? data.shares.missed : this.tp.map((n) => (positives ? (positives - n) / positives : 0));
    this.alarmShare = data.shares ? data.shares.alarms : this.fp.map((n) => (negatives ? n / negatives : 0));
    this.levels = Object.fromEntries(Object.entries(data.levels).map(([name, runs]) => [name, codes(runs, LEVELS)]));
    this.rateLevels = mapValues(data.rate_levels, (runs) => codes(runs, LEVELS));
    this.steps = mapValues(data.rate_steps, (runs) => codes(runs, RATE_STEPS));
    this.printed = Object.fromEntries(Object.entries(data.printed).map(([name, c]) => [name, readVolume(c, this.size)]));
    this.percents = Object.fromEntries(Object.entries(data.percents).map(([name, c]) => [name, printedColumn(c)]));
    this.limits = mapValues(data.limits, (ends) => ends && mapFloats(ends));
    this.limits.alarms_of_flagged ??= this.limits.alarms;
    this.limits.caught_of_flagged ??= complementOf(this.limits.missed);
    this.raw = data.costed && mapValues(data.costed, mapFloats);
    this.correlations = data.correlations.map(([one, other, values]) => [one, other, floats(values)]);
    this.stated = { traffic: data.traffic, prevalence: data.prevalence };
  }

  /** Everything about one setting; `day` is null for the stated traffic and mix. */
  at(i, day) {
    const { positives, negatives } = this.data.counts;
    const printed = day ? this.worked(i, day) : this.asPrinted(i);
    if (this.levelsOf(day).precision[i] !== "number and range") delete printed.rates.precision;
    return {
      i, threshold: this.thresholds[i], printed, simultaneous: !this.fixed.has(i),
      counts: { tp: this.tp[i], fp: this.fp[i], positives, negatives },
      rates: { missed: this.rate("missed", i, positives), alarms: this.rate("alarms", i, negatives) },
    };
  }

  /** What may be said; with a known mix, only the rates count. */
  levelsOf(day) {
    return day ? this.rateLevels : this.levels;
  }

  rate(name, i, cases) {
    const { low, high } = this.limits[name];
    return { low: low[i], high: high[i], known: cases > 0, bound: this.data.bound_texts[name][i] };
  }

  asPrinted(i) {
    const printed = { rates: {} };
    for (const [name, column] of Object.entries(this.printed)) printed[name] = column(i);
    for (const [name, column] of Object.entries(this.percents)) {
      if (column[i] !== null) printed.rates[name] = `${column[i]}%`;
    }
    return printed;
  }

  /** The volumes with traffic and mix taken at their word: rates keep their ranges, days differ by chance alone. */
  worked(i, day) {
    const simultaneous = !this.fixed.has(i);
    const printed = printVolumes(this.volumes(i, day), simultaneous, mapValues(this.steps, (column) => decimal(column[i])));
    printed.rates = Object.fromEntries(
      Object.entries(printed.rates).map(([name, percent]) => [name, `${numberText(percent)}%`]),
    );
    return printed;
  }

  volumes(i, { traffic, prevalence }) {
    const known = (mean) => ({
      level: "number and range", mean, low: mean, high: mean, bounds: [mean, mean],
      days: chanceRanges(mean, [MOST_DAYS, NEARLY_ALL_DAYS]), kind: KINDS[1],
    });
    const volumes = {
      cases: known(traffic), positives: known(traffic * prevalence), negatives: known(traffic * (1 - prevalence)),
    };
    const means = this.means(i, { traffic, prevalence });
    for (const name of [...OUTCOMES, "flagged"]) {
      const level = this.rateLevels[name][i];
      const ranged = level === "range only" || level === "number and range";
      const [low, high] = ranged ? this.range(name, i, { traffic, prevalence }) : [null, null];
      volumes[name] = {
        level, mean: means[name], low, high, kind: KINDS[1],
        bounds: level === "bound only" ? this.bounds(name, i, { traffic, prevalence }) : null,
        days: ranged ? chanceRanges(means[name], [MOST_DAYS, NEARLY_ALL_DAYS]) : null,
      };
    }
    return volumes;
  }

  means(i, { traffic, prevalence }) {
    const [missed, alarms] = [this.missedShare[i], this.alarmShare[i]];
    return {
      flagged_negatives: traffic * ((1 - prevalence) * alarms),
      missed_positives: traffic * (prevalence * missed),
      caught_positives: traffic * (prevalence * (1 - missed)),
      flagged: traffic * (prevalence * (1 - missed) + (1 - prevalence) * alarms),
    };
  }

  range(name, i, day) {
    const [missed, alarms] = [this.missedShare[i], this.alarmShare[i]];
    const { caught: noneCaught, alarms: noAlarms } = this.data.zero_estimates;
    const pick = (estimate, { low, high }) => [estimate > 0 ? estimate : high[i] / 2, low[i], high[i]];
    return combine(name, day, pick(missed, this.limits.missed), pick(alarms, this.limits.alarms), [
      pick(noneCaught[i] ?? 1 - missed, this.limits.caught_of_flagged),
      pick(noAlarms[i] ?? alarms, this.limits.alarms_of_flagged),
    ]);
  }

  bounds(name, i, day) {
    const [missed, alarms, caughtOfFlagged, alarmsOfFlagged] = this.data.bounds.at[i].map((k) => this.data.bounds.ends[k]);
    return combine(name, day, missed, alarms, [caughtOfFlagged, alarmsOfFlagged]);
  }

  /** Estimate and range of each quantity that costs, unrounded: for costs and curves. */
  parts(i, day) {
    const means = this.means(i, day ?? this.stated);
    const ends = (name) => {
      if (day || !this.raw) return this.range(name, i, day ?? this.stated);
      return [this.raw[name].low[i], this.raw[name].high[i]];
    };
    return Object.fromEntries(OUTCOMES.map((name) => [name, [means[name], ...ends(name)]]));
  }

  /** The cost of a day: [mean, low, high], unrounded. */
  rawCost(i, day, factors) {
    const moving = day  // with traffic and mix known, what is not missed is caught
      ? [["missed_positives", "caught_positives", -1]]
      : this.correlations.map(([one, other, values]) => [one, other, values[i]]);
    return costOf(this.parts(i, day), factors, moving);
  }

  costAt(i, day, factors) {
    const used = Object.entries(factors).filter(([, factor]) => factor !== 0).map(([name]) => this.levelsOf(day)[name][i]);
    const level = LEVELS[Math.min(...used.map((name) => LEVELS.indexOf(name)))];
    return printCost(this.rawCost(i, day, factors), level, !this.fixed.has(i));
  }

  meanCost(i, day, factors) {
    const parts = this.means(i, day ?? this.stated);
    return Object.entries(factors).reduce((sum, [name, factor]) => sum + factor * (factor === 0 ? 0 : parts[name]), 0);
  }

  /** The cheapest setting, of equally cheap ones the highest, and the unbroken run that costs at most 10 % more. */
  cheapest(day, factors) {
    const costs = this.thresholds.map((_, i) => this.meanCost(i, day, factors));
    const gain = -factors.caught_positives;
    const most = gain > 0 ? Math.max(...this.thresholds.map((_, i) => this.partMean("caught_positives", i, day))) : 0;
    const avoidable = costs.map((cost) => cost + gain * most);
    const least = Math.min(...avoidable);
    const slack = 1 + 1e-12;
    const place = avoidable.findLastIndex((cost) => cost <= least * slack);
    let [first, last] = [place, place];
    const near = (i) => avoidable[i] <= avoidable[place] * 1.1 * slack;
    while (first > 0 && near(first - 1)) first -= 1;
    while (last < this.size - 1 && near(last + 1)) last += 1;
    return { place, first, last };
  }

  partMean(name, i, day) {
    return this.means(i, day ?? this.stated)[name];
  }

  /**
   * The ratios (cost of a miss over cost of a false alarm) at which each setting is the cheapest: [low, high] for the
   * corners of the lower convex hull of false alarms against misses, null for all other settings.
   */
  bestRatios(day) {
    const points = this.thresholds.map((_, i) => ({
      i, x: this.partMean("flagged_negatives", i, day), y: this.partMean("missed_positives", i, day),
    })).reverse();
    const hull = [];
    for (const point of points) {
      const last = hull.at(-1);
      if (last && point.x === last.x && point.y >= last.y) continue;
      if (last && point.y >= last.y) continue;
      if (last && point.x === last.x) hull.pop();
      while (hull.length > 1 && slope(hull.at(-2), hull.at(-1)) >= slope(hull.at(-1), point)) hull.pop();
      hull.push(point);
    }
    const ratios = this.thresholds.map(() => null);
    hull.forEach((point, k) => {
      const low = k === 0 ? 0 : ratioBetween(hull[k - 1], point);
      const high = k === hull.length - 1 ? Infinity : ratioBetween(point, hull[k + 1]);
      ratios[point.i] = [low, high];
    });
    return ratios;
  }
}

function slope(a, b) {
  return (b.y - a.y) / (b.x - a.x);
}

/** False alarms more for each miss fewer, from one corner to the next. */
function ratioBetween(a, b) {
  return (b.x - a.x) / (a.y - b.y);
}

function combine(name, { traffic, prevalence }, missed, alarms, ofFlagged) {
  if (name === "flagged") return flaggedLimits(traffic, prevalence, ...ofFlagged);
  const rate = name === "flagged_negatives" ? alarms : name === "missed_positives" ? missed : complement(missed);
  const share = name === "flagged_negatives" ? 1 - prevalence : prevalence;
  return logMover([[traffic, traffic, traffic], [share, share, share], rate]);
}

function complement([estimate, low, high]) {
  const rest = 1 - estimate;
  return [rest > 0 ? rest : (1 - low) / 2, 1 - high, 1 - low];
}


function complementOf({ low, high }) {
  return { low: high.map((end) => 1 - end), high: low.map((end) => 1 - end) };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function mapFloats(columns) {
  return mapValues(columns, floats);
}

function readVolume(columns, size) {
  const level = codes(columns.level, LEVELS);
  const period = codes(columns.period, PERIODS);
  const about = codes(columns.about, [false, true]);
  const kind = codes(columns.kind, KINDS);
  const numbers = mapValues(columns.numbers, printedColumn);
  const none = Array(size).fill(null);
  const read = (name) => numbers[name] ?? none;
  return (i) => ({
    level: level[i], period: period[i], about: about[i], kind: kind[i], mean: read("mean")[i],
    low: read("mean_low")[i], high: read("mean_high")[i], typicalLow: read("typical_low")[i],
    typicalHigh: read("typical_high")[i], wideLow: read("wide_low")[i], wideHigh: read("wide_high")[i],
  });
}

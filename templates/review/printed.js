// Daily volumes as printed: rounded once, so that they add up. The rules of printed.py.

import {
  DAYS, HUNDRED, UNIT, agreeingPercent, ceilTo, decimal, divide, exact, finer, floorTo, halfUp, larger, leadingUnit,
  numberText, ownPercent, periodFor, smaller, unitFor,
} from "./decimal.js";

export const FEWER_THAN_ONE = "fewer than 1";
export const NUMBER = "number and range";
const MOST_REFINEMENTS = 12;
const FINEST = [[100n, UNIT], [3n, UNIT / 10n]];
const WHOLES = {
  cases: "cases", positives: "cases", negatives: "cases", flagged_negatives: "negatives",
  missed_positives: "positives", caught_positives: "positives", flagged: "cases",
};

/** Round the volumes of one setting, each {level, mean, low, high, bounds, days, kind}; steps: coarsest per cents. */
export function printVolumes(volumes, simultaneous, steps) {
  const rounded = new Rounding(volumes, simultaneous, steps);
  const printed = { rates: rounded.percents };
  for (const [name, whole] of Object.entries(WHOLES)) {
    printed[name] = printVolume(volumes[name], rounded.amounts[name], volumes[whole]);
  }
  return printed;
}

const meanOf = (volume) => exact(volume.mean ?? 0);
const hasNumber = (volume) => volume.level === NUMBER && volume.mean !== null;

function widthOf(volume) {
  return volume.low === null || volume.high === null ? 0n : exact(volume.high) - exact(volume.low);
}

function unitOf(volume, period, widening = [1n, 1n]) {
  const mean = meanOf(volume) * DAYS[period];
  const smallest = mean >= 10n * UNIT || mean === 0n ? UNIT : smaller(leadingUnit(mean), UNIT) / 10n;
  const width = (widthOf(volume) * DAYS[period] * widening[1]) / widening[0];
  return width > 0n ? larger(unitFor(width), smallest) : smallest;
}

function plainAmount(volume, digits = null) {
  const mean = meanOf(volume);
  const period = periodFor(mean);
  const inPeriod = mean * DAYS[period];
  let unit = unitOf(volume, period);
  if (digits !== null && mean >= 10n * UNIT) {
    unit = smaller(unit, larger(UNIT, leadingUnit(inPeriod) / 10n ** BigInt(digits - 1)));
  }
  while (mean > 0n && halfUp(inPeriod, unit) === 0n) unit = finer(unit);
  return { value: halfUp(inPeriod, unit), period, unit };
}

function* refined(unit, number) {
  const finest = FINEST.find(([least]) => number >= least * UNIT)?.[1] ?? 0n;
  for (let i = 0; i < MOST_REFINEMENTS; i += 1) {
    yield unit;
    unit = finer(unit);
    if (unit < finest) return;
  }
}

/** A unit that prints no part of a case from 10 cases up. */
const wholeUnit = (unit, number) => (number >= 10n * UNIT ? larger(unit, UNIT) : unit);

/** The coarsest printed counts that add up and from which a reader gets the printed percentage. */
function agreed(rate, coarsest, candidates) {
  let last = null;
  for (const counts of candidates) {
    if (!(counts.part > 0n && counts.part < counts.whole)) continue;
    const percent = agreeingPercent(rate, divide(counts.part, counts.whole), coarsest);
    if (counts.addsUp && percent !== null) return { ...counts, percent };
    if (last === null || !last.addsUp) last = counts;
  }
  return last && { ...last, percent: ownPercent(rate, coarsest) };
}

class Rounding {
  constructor(volumes, simultaneous, steps) {
    this.volumes = volumes;
    this.steps = steps;
    this.widening = simultaneous ? [16n, 10n] : [1n, 1n];
    this.percents = {};
    this.amounts = { cases: plainAmount(volumes.cases, 4), positives: plainAmount(volumes.positives) };
    if (hasNumber(volumes.missed_positives) && hasNumber(volumes.caught_positives)) this.addPositives();
    this.amounts.negatives = this.negatives();
    if (hasNumber(volumes.flagged_negatives)) this.addFalseAlarms();
    this.addFlagged();
  }

  addPositives() {
    const { missed_positives: missed, caught_positives: caught, positives } = this.volumes;
    const rarer = smaller(meanOf(missed), meanOf(caught));
    const period = periodFor(rarer);
    const [all, part] = [positives, missed].map((volume) => meanOf(volume) * DAYS[period]);
    const known = widthOf(positives) <= 0n;
    const coarsest = unitOf(positives, period);
    const start = smaller(...[missed, caught].map((volume) => unitOf(volume, period, this.widening)));
    const unitOfAll = (unit) => wholeUnit(known ? smaller(unit, coarsest) : unit, all);
    const candidates = [...refined(start, rarer * DAYS[period])].flatMap((unit) => [unitOfAll(unit), unit].map((ofAll) => {
      const [some, rest, whole] = [halfUp(part, unit), halfUp(all - part, unit), halfUp(all, ofAll)];
      return { part: some, whole, unit, addsUp: some + rest === whole };
    }));
    const found = agreed(divide(part, all), this.steps.missed, candidates);
    if (found === null) return;
    this.percents.false_negative_rate = found.percent;
    const isWhole = found.whole % UNIT === 0n && found.whole >= 10n * UNIT;
    this.amounts.positives = { value: found.whole, period, unit: isWhole ? larger(found.unit, UNIT) : found.unit };
    this.amounts.missed_positives = { value: found.part, period, unit: found.unit };
    this.amounts.caught_positives = { value: found.whole - found.part, period, unit: found.unit };
  }

  negatives() {
    const { cases, positives } = this.amounts;
    const left = cases.value - positives.value;
    const off = left - meanOf(this.volumes.negatives) * DAYS[cases.period];
    const near = off <= UNIT && off >= -UNIT;
    if (cases.period === positives.period && left > 0n && near) {
      return { value: left, period: cases.period, unit: cases.unit };
    }
    return plainAmount(this.volumes.negatives, 4);
  }

  addFalseAlarms() {
    const flagged = this.volumes.flagged_negatives;
    const { value, period: basePeriod } = this.amounts.negatives;
    const period = periodFor(meanOf(flagged));
    const mean = meanOf(flagged) * DAYS[period];
    const all = meanOf(this.volumes.negatives) * DAYS[period];
    const base = value >= HUNDRED ? (value * DAYS[period]) / DAYS[basePeriod] : all;
    const start = unitOf(flagged, period, this.widening);
    const candidates = [...refined(start, smaller(mean, all - mean))]
      .map((unit) => ({ part: halfUp(mean, unit), whole: base, unit, addsUp: true }));
    const found = agreed(divide(mean, all), this.steps.alarms, candidates);
    if (found === null) return;
    this.percents.false_positive_rate = found.percent;
    this.amounts.flagged_negatives = { value: found.part, period, unit: found.unit };
  }

  addFlagged() {
    const { caught_positives: caught, flagged_negatives: wrong } = this.amounts;
    const { flagged } = this.volumes;
    if (caught === undefined || wrong === undefined) {
      if (hasNumber(flagged)) this.amounts.flagged = plainAmount(flagged);
      return;
    }
    const days = larger(DAYS[caught.period], DAYS[wrong.period]);
    const [right, mistaken] = [caught, wrong].map((a) => (a.value * days) / DAYS[a.period]);
    this.amounts.flagged = caught.period === wrong.period
      ? { value: caught.value + wrong.value, period: caught.period, unit: smaller(caught.unit, wrong.unit) }
      : plainAmount(flagged);
    const [allRight, allMistaken] = [this.volumes.caught_positives, this.volumes.flagged_negatives].map(meanOf);
    const share = divide(allRight, allRight + allMistaken);
    const percent = agreeingPercent(share, divide(right, right + mistaken)) ?? agreeingPercent(share, null);
    if (percent !== null) this.percents.precision = percent;
  }
}

/** Write one volume at its level. */
function printVolume(volume, amount, whole) {
  const level = amount !== undefined || volume.level !== NUMBER ? volume.level : "range only";
  const counted = amount !== undefined && level === NUMBER;
  const period = counted ? amount.period : periodOfRange(volume);
  const numbers = {};
  let mean = null;
  if (counted) {
    const tiny = period === "year" && meanOf(volume) * 365n < (UNIT * 3n) / 4n && meanOf(volume) > 0n;
    if (tiny) mean = FEWER_THAN_ONE;
    else numbers.mean = amount.value;
  }
  if (level === NUMBER || level === "range only") {
    Object.assign(numbers, rangeOfMean(volume, period, numbers.mean));
    Object.assign(numbers, rangesOfDays(volume, period === "day" ? numbers.mean : undefined));
  }
  if (level === "bound only") {
    Object.assign(numbers, oneSided(volume, period, meanOf(volume) * 2n > meanOf(whole), meanOf(whole) * DAYS[period]));
  }
  const text = (name) => (name in numbers ? numberText(numbers[name]) : null);
  const about = "mean" in numbers
    && numbers.mean !== halfUp(meanOf(volume) * DAYS[period], smaller(UNIT, unitOf(volume, period)));
  return {
    level, period, about, kind: volume.kind, mean: mean ?? text("mean"), low: text("low"), high: text("high"),
    typicalLow: text("typicalLow"), typicalHigh: text("typicalHigh"), wideLow: text("wideLow"),
    wideHigh: text("wideHigh"),
  };
}

function periodOfRange(volume) {
  if (volume.level === "bound only" && volume.bounds) return periodFor(exact(volume.bounds[1]));
  return volume.high === null ? "day" : periodFor(exact(volume.high));
}

function rangeOfMean(volume, period, mean) {
  if (volume.low === null || widthOf(volume) <= 0n) return {};
  const days = DAYS[period];
  const unit = mean !== undefined ? unitOf(volume, period) : larger(unitFor(widthOf(volume) * days), UNIT);
  let [low, high] = [floorTo(exact(volume.low) * days, unit), ceilTo(exact(volume.high) * days, unit)];
  if (mean !== undefined) [low, high] = [smaller(low, mean), larger(high, mean)];
  return { low: larger(low, 0n), high };
}

function rangesOfDays(volume, mean) {
  if (!volume.days) return {};
  const ranges = {};
  for (const [name, [first, last]] of [["typical", volume.days[0]], ["wide", volume.days[1]]]) {
    const [a, b] = [BigInt(first) * UNIT, BigInt(last) * UNIT];
    const unit = b > a ? larger(UNIT, unitFor((b - a) / 10n)) : UNIT;
    let [low, high] = [floorTo(a, unit), ceilTo(b, unit)];
    if (mean !== undefined) [low, high] = [smaller(low, floorTo(mean, UNIT)), larger(high, ceilTo(mean, UNIT))];
    ranges[`${name}Low`] = low;
    ranges[`${name}High`] = high;
  }
  ranges.wideLow = smaller(ranges.wideLow, ranges.typicalLow);
  ranges.wideHigh = larger(ranges.wideHigh, ranges.typicalHigh);
  return ranges;
}

/** The one end that "bound only" leaves: at least for the larger part, else at most. */
function oneSided(volume, period, isMost, whole) {
  if (!volume.bounds) return {};
  const [least, most] = volume.bounds.map((bound) => exact(bound) * DAYS[period]);
  const unit = (knownTo) => (knownTo > 0n ? larger(unitFor(knownTo / 10n), UNIT) : UNIT);
  if (isMost) return { low: least > 0n ? floorTo(least, unit(smaller(least, whole - least))) : 0n };
  return { high: most > 0n ? ceilTo(most, unit(most)) : 0n };
}

/** A cost as printed, without its currency; the rule of printed_cost.py. */
export function printCost([mean, low, high], level, simultaneous) {
  if (level === "refuse") return { level, mean: null, low: null, high: null };
  const smallest = UNIT / 100n;
  const width = exact(high) - exact(low);
  const unit = width > 0n ? larger(unitFor(width), smallest) : smallest;
  const fine = simultaneous && width > 0n ? larger(unitFor((width * 10n) / 16n), smallest) : unit;
  let [first, last] = [floorTo(exact(low), unit), ceilTo(exact(high), unit)];
  if (level !== NUMBER) return { level, mean: null, low: numberText(first), high: numberText(last) };
  const middle = halfUp(exact(mean), fine);
  [first, last] = [smaller(first, middle), larger(last, middle)];
  return { level, mean: numberText(middle), low: numberText(first), high: numberText(last) };
}

/** The ends of the stretch near the lowest cost, rounded inward; the rule of cost_statements.flat_ends. */
export function flatEnds(low, high, lowest) {
  const [first, last, middle] = [low, high, lowest].map(exact);
  const unit = last > first ? leadingUnit((last - first) / 20n) : UNIT;
  return [smaller(ceilTo(first, unit), middle), larger(floorTo(last, unit), middle)].map(numberText);
}

/** A range in words; one that starts at 0 is "up to" its end. */
export function between(low, high) {
  if (low === null || high === null) return null;
  if (low === "0") return high === "0" ? FEWER_THAN_ONE : `up to ${high}`;
  return low === high ? `exactly ${low}` : `between ${low} and ${high}`;
}

/** The bound of "bound only" in words. */
export function boundOf(printed) {
  if (printed.level !== "bound only") return null;
  if (printed.low !== null && printed.low !== "0") return ["at least", printed.low];
  return printed.high === null ? null : ["at most", printed.high];
}

export function asDecimal(text) {
  return text === FEWER_THAN_ONE ? 0n : decimal(text.replaceAll(",", ""));
}

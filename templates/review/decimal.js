// Decimal numbers on whole numbers (BigInt, 36 places), so that every rounding is the one of wording.py.

const PLACES = 36;
export const UNIT = 10n ** BigInt(PLACES);
export const HUNDRED = 100n * UNIT;
export const DAYS = { day: 1n, week: 7n, month: 30n, year: 365n };
const NEAR = [12n, 100n];

/** Take a number as the decimal of its first 12 significant digits. */
export function exact(number) {
  const [digits, power] = Math.abs(number).toExponential(11).split("e");
  const shift = PLACES + Number(power) - 11;
  const whole = BigInt(digits.replace(".", ""));
  const value = shift >= 0 ? whole * 10n ** BigInt(shift) : whole / 10n ** BigInt(-shift);
  return number < 0 ? -value : value;
}

/** Read a decimal text such as "0.5" without passing through binary. */
export function decimal(text) {
  const [whole, part = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + part.padEnd(PLACES, "0"));
  return text.startsWith("-") ? -value : value;
}

export function toNumber(value) {
  return Number(plainText(value));
}

export function divide(a, b) {
  return (a * UNIT) / b;
}

export function smaller(a, b) {
  return a < b ? a : b;
}

export function larger(a, b) {
  return a > b ? a : b;
}

function size(value) {
  return value < 0n ? -value : value;
}

/** The power of ten of the first digit; 0 for 0. */
function leadingPower(value) {
  return value === 0n ? 0 : size(value).toString().length - 1 - PLACES;
}

function powerOfTen(exponent) {
  return 10n ** BigInt(exponent + PLACES);
}

export function halfUp(value, unit) {
  const steps = (2n * size(value) + unit) / (2n * unit);
  return (value < 0n ? -steps : steps) * unit;
}

export function floorTo(value, unit) {
  const steps = value / unit;
  return (value < 0n && steps * unit !== value ? steps - 1n : steps) * unit;
}

export function ceilTo(value, unit) {
  return -floorTo(-value, unit);
}

/** The largest of 1, 2, 5 times a power of ten up to a quarter of a width above 0. */
export function unitFor(width) {
  const quarter = width / 4n;
  const power = powerOfTen(leadingPower(quarter));
  return [5n, 2n, 1n].map((step) => step * power).find((unit) => unit <= quarter);
}

/** The next smaller unit of the series 10, 5, 2, 1, 0.5. */
export function finer(unit) {
  const power = powerOfTen(leadingPower(unit));
  return { 5: 2n * power, 2: power, 1: power / 2n }[unit / power];
}

export function leadingUnit(value) {
  return powerOfTen(leadingPower(value));
}

function plainText(value) {
  const digits = size(value).toString().padStart(PLACES + 1, "0");
  const part = digits.slice(-PLACES).replace(/0+$/, "");
  return (value < 0n ? "-" : "") + digits.slice(0, -PLACES) + (part ? "." + part : "");
}

/** Write a rounded number: thousands separators, no zeros at the end. */
export function numberText(value) {
  const [whole, part] = plainText(value).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
}

export function withSeparators(text) {
  const [whole, part] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
}

/** The shortest digits that mean exactly this threshold. */
export function thresholdText(threshold) {
  const text = String(threshold);
  if (threshold === 0) return "0";
  if (!text.includes("e")) return text;
  const [digits, power] = text.split("e").map((piece, i) => (i ? Number(piece) : piece));
  if (Math.abs(power) > 20) return text;
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole, part = ""] = digits.replace("-", "").split(".");
  const all = whole + part;
  return sign + (power < 0 ? "0." + "0".repeat(-power - 1) + all : all.padEnd(power + 1, "0"));
}

/** The shortest period in which a number reads as at least 3. */
export function periodFor(perDay) {
  return Object.keys(DAYS).find((period) => perDay * DAYS[period] >= 3n * UNIT) ?? "year";
}

/** Units, in per cent, that a rate may be rounded to: two digits, one, three. */
function percentUnits(rate) {
  const percent = rate * 100n;
  const rest = HUNDRED - percent;
  let two = percent >= 10n * UNIT ? UNIT : leadingUnit(percent) / 10n;
  if (rest > 0n && rest < UNIT) two = leadingUnit(rest);
  return percent >= 10n * UNIT ? [two, two / 10n] : [two, two * 10n, two / 10n];
}

/** Those that the range of the rate allows; where all are too coarse, the coarsest allowed. */
function allowedUnits(rate, coarsest) {
  if (coarsest === null) return percentUnits(rate);
  const units = percentUnits(rate).filter((unit) => unit <= coarsest);
  return units.length ? units : [coarsest, coarsest / 10n];
}

/** A rate rounded by itself, to the first unit that its range allows. */
export function ownPercent(rate, coarsest) {
  return halfUp(rate * 100n, allowedUnits(rate, coarsest)[0]);
}

/** Round a rate to as many digits as printed counts bear out; null when none will do. */
export function agreeingPercent(rate, printedShare, coarsest = null) {
  const whole = rate === 0n || rate === UNIT;
  for (const unit of whole ? [UNIT] : allowedUnits(rate, coarsest)) {
    const percent = halfUp(rate * 100n, unit);
    const honest = (percent > 0n && percent < HUNDRED) || whole;
    const near = size(percent - rate * 100n) * NEAR[1] <= NEAR[0] * rate * 100n;
    if (honest && near && (printedShare === null || halfUp(printedShare * 100n, unit) === percent)) return percent;
  }
  return null;
}

/** Two digits of a rate in per cent; never 0 for some nor 100 for not all. */
export function percentText(fraction) {
  const rate = exact(fraction);
  if (rate === 0n || rate === UNIT) return numberText(rate * 100n) + "%";
  const [unit] = percentUnits(rate);
  const percent = halfUp(rate * 100n, unit);
  if (percent <= 0n) return `under ${numberText(unit)}%`;
  return percent >= HUNDRED ? `over ${numberText(HUNDRED - unit)}%` : `${numberText(percent)}%`;
}

/** The range of a rate, rounded outward. */
export function percentRange(low, high) {
  const [first, last] = [exact(low) * 100n, exact(high) * 100n];
  if (first === last) return [percentText(low), percentText(high)];
  const unit = unitFor(last - first);
  const ends = [larger(floorTo(first, unit), 0n), smaller(ceilTo(last, unit), HUNDRED)];
  return ends.map((end) => numberText(end) + "%");
}

/** Turn a number per one period into one per another. */
export function asPeriod(value, from, to) {
  return (value * DAYS[to]) / DAYS[from];
}

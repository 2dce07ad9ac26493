// The expectation in the business's own words, clause by clause as in statements.py.

import { DAYS, UNIT, asPeriod, halfUp, numberText, percentRange } from "./decimal.js";
import { FEWER_THAN_ONE, NUMBER, asDecimal, between, boundOf } from "./printed.js";

/** Flagged negatives, missed positives and caught positives at a setting, with their words. */
export function outcomesOf(words, at) {
  const { printed, counts } = at;
  const outcome = (name, noun, happens, briefly, seen, tested) => ({
    name, noun, happens, briefly, seen, tested, printed: printed[name], label: `${noun.plural} ${briefly}`,
  });
  const { positive, negative } = words;
  return [
    outcome("flagged_negatives", negative, words.flagged, words.briefly_flagged, counts.fp, counts.negatives),
    outcome("missed_positives", positive, words.missed, words.missed, counts.positives - counts.tp, counts.positives),
    outcome("caught_positives", positive, words.caught, words.caught, counts.tp, counts.positives),
  ];
}

export function upperFirst(text) {
  const first = text.split(" ", 1)[0];
  return first === first.toLowerCase() ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

export function plainList(items) {
  return items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : (items[0] ?? "");
}

export function counted(noun, number) {
  const one = number === "1" || number === FEWER_THAN_ONE;
  return `${number} ${one ? noun.singular : noun.plural}`;
}

/** "a" or "an" before a printed number, by how it is read out. */
function articleOf(text) {
  const whole = text.match(/^\d+/)?.[0] ?? "";
  const vowel = whole.startsWith("8") || (/^1[18]/.test(whole) && whole.length % 3 === 2);
  return vowel ? "an" : "a";
}

export function expectation(words, at) {
  const outcomes = outcomesOf(words, at);
  return [ratesSentence(words, at), ...volumeSentences(outcomes)].filter(Boolean).join(" ");
}

function ratesSentence(words, at) {
  const parts = [
    ratePart("false negative rate", at.rates.missed, at.printed.rates.false_negative_rate, at.printed.missed_positives),
    ratePart("false positive rate", at.rates.alarms, at.printed.rates.false_positive_rate, at.printed.flagged_negatives),
  ].filter(Boolean);
  return parts.length ? `With these settings, the ${words.model_name} would have ${plainList(parts)}.` : "";
}

function ratePart(name, rate, percent, volume) {
  if (volume.level === NUMBER && percent) return `${articleOf(percent)} ${percent} ${name}`;
  if (volume.level === "bound only") return rate.bound ? `a ${name} of ${rate.bound}` : "";
  if (volume.level === "refuse" || !rate.known) return "";
  const [low, high] = percentRange(rate.low, rate.high);
  return low === "0%" ? `a ${name} of up to ${high}` : `a ${name} between ${low} and ${high}`;
}

function isCounted({ printed }) {
  if (printed.level === NUMBER) return printed.mean !== null;
  return printed.level === "range only" && between(printed.low, printed.high) !== null;
}

function averageClause(outcome) {
  const { printed, noun, happens } = outcome;
  if (printed.level === NUMBER && printed.mean !== null) {
    return `an average of ${printed.about ? "about " : ""}${counted(noun, printed.mean)} would be ${happens}`;
  }
  return `an average of ${between(printed.low, printed.high)} ${noun.plural} would be ${happens}`;
}

/** Put neighbours with the same key together. */
function grouped(items, keyOf) {
  const groups = [];
  for (const item of items) {
    const key = keyOf(item);
    if (groups.length && groups.at(-1).key === key) groups.at(-1).items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups;
}

function* volumeSentences([wrong, missed, caught]) {
  const mistakes = [wrong, missed];
  for (const { key, items } of grouped(mistakes.filter(isCounted), (o) => o.printed.period)) {
    yield `Every ${key}, ${items.map(averageClause).join(", and ")}.`;
  }
  for (const outcome of mistakes) if (!isCounted(outcome)) yield* sparseSentences(outcome);
  if (isCounted(caught)) {
    const { period } = caught.printed;
    const clause = averageClause(caught);
    const goesOn = mistakes.every((o) => isCounted(o) && o.printed.period === period);
    yield goesOn ? `${clause[0].toUpperCase()}${clause.slice(1)}.` : `Every ${period}, ${clause}.`;
  } else if (boundOf(caught.printed)) {
    yield* sparseSentences(caught);
  }
}

export function someOf(part, whole) {
  const [few, all] = [part, whole].map((n) => n.toLocaleString("en"));
  if (part === 0) return `none of the ${all}`;
  return part === whole ? `all ${all}` : `${few} of the ${all}`;
}

function* sparseSentences(outcome) {
  const { printed, noun, briefly } = outcome;
  const isCaught = outcome.name === "caught_positives";
  if (printed.level === "refuse") {
    const held = outcome.tested === 0 ? `no ${noun.plural}` : `only ${counted(noun, outcome.tested.toLocaleString("en"))}`;
    yield `The test held ${held}.`;
    yield `That is too few to say how many would be ${briefly}.`;
    if (!isCaught) yield `About 60 with none ${briefly} would show that at most 5 of every 100 are.`;
    return;
  }
  if (!isCaught) {
    const verb = outcome.seen === 1 ? "was" : "were";
    yield `In the test, ${someOf(outcome.seen, outcome.tested)} ${noun.plural} ${verb} ${briefly}.`;
  }
  const bound = boundOf(printed);
  if (bound) {
    yield `With 95% certainty, an average of ${bound[0]} ${counted(noun, bound[1])} a ${printed.period} would be `
      + `${outcome.happens}.`;
  }
}

/** How far the averages, and single days, may lie from what is expected. */
export function expectedRanges(words, at) {
  const known = outcomesOf(words, at).filter(({ printed }) => [NUMBER, "range only"].includes(printed.level));
  const averages = known.filter(({ printed }) => printed.level === NUMBER && printed.low !== null);
  const parts = averages.map(
    ({ printed, label }) => `${between(printed.low, printed.high)} a ${printed.period} for ${label}`,
  );
  const sentences = [];
  if (parts.length) sentences.push(`The average could be ${parts.slice(0, 2).join(", and ")}.`);
  if (parts.length > 2) sentences.push(`It could be ${parts[2]}.`);
  const shown = known.filter(({ printed }) => printed.typicalLow !== null);
  for (const outcome of shown) {
    const days = outcome.printed.kind === "typical day" ? "On" : "By chance alone, on";
    sentences.push(`${days} 8 days of 10, ${dayClause(outcome)}.`);
  }
  return sentences.join(" ");
}

function dayClause({ printed, noun, briefly }) {
  const name = ["0", "1"].includes(printed.typicalHigh) ? noun.singular : noun.plural;
  return `${between(printed.typicalLow, printed.typicalHigh)} ${name} would be ${briefly}`;
}

/** The finding in one line, in the numbers of the sentence: the rule of headlines.py. */
export function headline(words, at) {
  const [wrong, missed, caught] = outcomesOf(words, at);
  const [right, mistaken] = [caught, wrong].map(headlineAmount);
  const [first, second] = [caught, wrong].map((o) => o.printed.period);
  if (right && mistaken && first === second) {
    return `Each ${first} it should ${words.catch} ${right}, and ${words.flag} ${mistaken}${words.flag_rest} by mistake`;
  }
  if (right && mistaken) {
    return `It should ${words.catch} ${right} a ${first}, and ${words.flag} ${mistaken} a ${second}${words.flag_rest} by mistake`;
  }
  if (right) return `Each ${first} it should ${words.catch} ${right}`;
  const open = `too few ${missed.noun.plural} were tested to say how many it would miss`;
  return mistaken ? `Each ${second} it should ${words.flag} ${mistaken}${words.flag_rest} by mistake; ${open}` : upperFirst(open);
}

function headlineAmount({ printed, noun }) {
  if (printed.mean === FEWER_THAN_ONE) return counted(noun, FEWER_THAN_ONE);
  if (printed.mean !== null) return `about ${counted(noun, printed.mean)}`;
  if (printed.level === "range only" && printed.low !== null) {
    return `${between(printed.low, printed.high)} ${noun.plural}`;
  }
  const bound = boundOf(printed);
  return bound ? `${bound[0]} ${counted(noun, bound[1])}` : "";
}

/** What a card shows large, and below it. */
export function cardOf(outcome) {
  const { printed, noun } = outcome;
  if (printed.level === "refuse") {
    return { number: "–", range: `Only ${counted(noun, outcome.tested.toLocaleString("en"))} tested: too few to say` };
  }
  const per = printed.period === "day" ? "" : ` a ${printed.period}`;
  const bound = boundOf(printed);
  if (bound) return { number: `${bound[0] === "at most" ? "≤" : "≥"} ${bound[1]}`, range: `${upperFirst(bound[0])} ${bound[1]} a ${printed.period}, with 95% certainty` };
  const range = between(printed.low, printed.high);
  if (printed.mean === null) return { number: `${printed.low}–${printed.high}`, range: `${upperFirst(range)} a ${printed.period} on average; too few tested for one number` };
  const typical = between(printed.typicalLow, printed.typicalHigh);
  const lead = printed.kind === "typical day" ? "Typically" : "By chance alone";
  const days = typical ? `${lead} ${typical}${per ? " a day" : ""}` : "";
  return { number: printed.mean, per, range: days, average: range ? `average ${range}${per}` : "" };
}

/** What moving from one setting to another buys and costs. */
export function stepBetween(words, start, end) {
  const missed = change(start.printed.missed_positives, end.printed.missed_positives);
  const flagged = change(start.printed.flagged_negatives, end.printed.flagged_negatives);
  const reviews = change(start.printed.flagged, end.printed.flagged);
  if (!missed || !flagged) return "Too few cases were tested to say how the two differ.";
  const parts = [
    changeText(missed, words.positive, words.missed),
    changeText(flagged, words.negative, words.briefly_flagged),
  ];
  if (reviews) parts.push(changeText(reviews, { singular: "review", plural: "reviews" }, "in all"));
  return `${upperFirst(plainList(parts))}.`;
}

function change(before, after) {
  if (before.mean === null || after.mean === null) return null;
  const period = DAYS[before.period] >= DAYS[after.period] ? before.period : after.period;
  const [start, end] = [before, after].map((p) => asPeriod(asDecimal(p.mean), p.period, period));
  return { amount: halfUp(end - start, UNIT / 10n), period };
}

function changeText({ amount, period }, noun, participle) {
  if (amount === 0n) return `as many ${noun.plural} ${participle}`;
  const number = numberText(amount < 0n ? -amount : amount);
  const name = number === "1" ? noun.singular : noun.plural;
  return `${number} ${amount > 0n ? "more" : "fewer"} ${name} ${participle} a ${period}`;
}

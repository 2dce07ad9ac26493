// The page itself: what a reader moves or types, and where the result is shown.

import { Chart, drawnPlaces, niceTop } from "./charts.js";
import { thresholdText } from "./decimal.js";
import { Field, Room } from "./fields.js";
import { Model } from "./model.js";
import { between, flatEnds } from "./printed.js";
import {
  cardOf, counted, expectation, expectedRanges, headline, outcomesOf, plainList, stepBetween, upperFirst,
} from "./sentences.js";

const SPOKEN_AFTER = 400;
const LINES = ["flagged_negatives", "caught_positives", "missed_positives"];
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const { words, costs } = data;
const model = new Model(data);
const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");
let printing = false;

const state = { place: data.operating, span: data.near, pins: [] };
const charts = {};
const timers = {};

/** Set a text only when it changes, so that nothing is laid out anew for nothing. */
function show(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function later(name, wait, task) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(task, wait);
}

// ------------------------------------------------------------------------------------------- what is edited

const open = { mayBeLeast: false };
const optional = { mayBeEmpty: true };
const fields = {
  traffic: new Field("cases-per-day", open),
  prevalence: new Field("prevalence", { ...open, most: 100 }),
  missed: new Field("cost-missed", optional),
  flagged: new Field("cost-flagged", optional),
  caught: byId("cost-caught") ? new Field("cost-caught", optional) : null,
  minutes: new Field("minutes", { ...open, ...optional }),
  reviewers: new Field("reviewers", { ...open, ...optional }),
  capacity: new Field("capacity", { ...open, ...optional }),
};
const allFields = Object.values(fields).filter(Boolean);
const room = new Room(fields.minutes, fields.reviewers, fields.capacity, costs.hours);

/** The edited day, or null for the one that was stated. */
function editedDay() {
  if (!fields.traffic.isEdited && !fields.prevalence.isEdited) return null;
  return {
    traffic: fields.traffic.isEdited ? fields.traffic.value : data.traffic,
    prevalence: fields.prevalence.isEdited ? fields.prevalence.value / 100 : data.prevalence,
  };
}

/** What each outcome costs; null without costs. */
function factorsNow() {
  const [missed, flagged, caught] = [fields.missed, fields.flagged, fields.caught].map((field) => field?.value ?? 0);
  if (missed === 0 && flagged === 0) return null;
  return { missed_positives: missed, flagged_negatives: flagged, caught_positives: caught === 0 ? 0 : -caught };
}

function money(text) {
  return text.startsWith("-") ? `−${costs.prefix}${text.slice(1)}` : `${costs.prefix}${text}`;
}

// ------------------------------------------------------------------------------------------------ one step

/** Set a big number; one that is a range is written smaller, in the same room. */
function showNumber(name, text, per = "") {
  show(`${name}-number`, text);
  byId(`${name}-number`).parentElement.classList.toggle("number__value--long", text.length + per.length > 8);
}

/** Everything that moves with the slider. */
function showSetting() {
  const { day, factors, place } = state;
  const at = model.at(place, day);
  const setting = thresholdText(at.threshold);
  state.at = at;
  const sentence = expectation(words, at);
  show("headline", headline(words, at));
  show("setting-value", setting);
  show("expectation", sentence);
  show("ranges", expectedRanges(words, at));
  const slider = byId("setting");
  if (slider.value !== String(place)) slider.value = String(place);
  slider.setAttribute("aria-valuetext", `${setting}. ${sentence}`);
  const [from, to] = state.span;
  slider.style.setProperty("--filled", `${to > from ? ((place - from) / (to - from)) * 100 : 100}%`);
  showCards(at);
  const cost = showCost(place, day, factors);
  showTable(at);
  showReviews(at);
  showBest(place);
  showMarks(at, cost);
  showPresets();
  showPins();
  showCommand();
  show("remark", remarkOn(at));
  later("speak", SPOKEN_AFTER, () => {
    show("spoken", `${setting}. ${sentence}`);
    history.replaceState(null, "", `#t=${setting}`);
  });
}

function showCards(at) {
  for (const outcome of outcomesOf(words, at)) {
    const card = cardOf(outcome);
    showNumber(outcome.name, card.number, card.per);
    show(`${outcome.name}-per`, card.per ?? "");
    show(`${outcome.name}-range`, [card.range, card.average].filter(Boolean).join("; ") );
  }
}

function showCost(place, day, factors) {
  if (!factors) {
    showNumber("cost", "–");
    show("cost-range", "State what a mistake costs, below");
    return null;
  }
  const cost = model.costAt(place, day, factors);
  const [low, high] = [cost.low, cost.high].map((end) => end && money(end));
  if (cost.mean !== null) {
    showNumber("cost", money(cost.mean));
    show("cost-range", `The average could be between ${low} and ${high}`);
  } else if (cost.level === "refuse") {
    showNumber("cost", "–");
    show("cost-range", "Too few cases were tested to say");
  } else {
    showNumber("cost", `${low}–${high}`);
    show("cost-range", `Between ${low} and ${high} on average; too few tested for one number`);
  }
  return model.rawCost(place, day, factors)[0];
}

function amountText(printed) {
  const per = printed.period === "day" ? "" : ` a ${printed.period}`;
  if (printed.mean !== null) return printed.mean + per;
  const range = between(printed.low, printed.high);
  if (range) return range + per;
  const bound = printed.low !== null && printed.low !== "0" ? `at least ${printed.low}` : printed.high && `at most ${printed.high}`;
  return bound ? bound + per : "too few to say";
}

function showTable(at) {
  const { printed } = at;
  const passed = rest(printed.negatives, printed.flagged_negatives);
  show("table-title", `Where the ${amountText(printed.cases)} ${words.case.plural} of ${printed.cases.period === "day" ? "a day" : ""} go`.replace(" of  go", " go"));
  show("cell-caught", amountText(printed.caught_positives));
  show("cell-missed", amountText(printed.missed_positives));
  show("cell-flagged", amountText(printed.flagged_negatives));
  show("cell-passed", passed);
  show("cell-precision", printed.rates.precision ?? "too few to say");
}

/** Negatives that pass, so that the row adds up in print. */
function rest(all, part) {
  if (all.mean === null || part.mean === null || all.period !== part.period) return "the others";
  const [whole, some] = [all.mean, part.mean].map((text) => Number(text.replaceAll(",", "")));
  return Number.isFinite(some) ? (Math.round((whole - some) * 1e6) / 1e6).toLocaleString("en") : all.mean;
}

function remarkOn(at) {
  if (state.day) {
    return "Edited cases a day and share are taken as known. Ranges of single days then show chance alone.";
  }
  if (data.fixed.length && at.simultaneous) {
    return "Its ranges hold for all settings at once, as you choose by looking; they are wider than those of a setting "
      + "fixed beforehand.";
  }
  return "";
}

// ---------------------------------------------------------------------------------------- costs and reviews

function showReviews(at) {
  const { flagged } = at.printed;
  const minutes = fields.minutes.value;
  const fits = fields.capacity.value;
  const lines = [];
  if (flagged.mean !== null) {
    const amount = `${flagged.mean} reviews a ${flagged.period}`;
    const mean = Number(flagged.mean.replaceAll(",", "")) / { day: 1, week: 7, month: 30, year: 365 }[flagged.period];
    if (minutes !== null && Number.isFinite(mean)) {
      const hours = (mean * minutes) / 60;
      lines.push(`${upperFirst(amount)} take ${short(hours)} hours a day, the work of ${short(hours / costs.hours)} people at ${costs.hours} hours.`);
    } else {
      lines.push(`${upperFirst(amount)}.`);
    }
    if (fits !== null) lines.push(...roomLines(flagged, mean, fits));
  } else {
    lines.push("Too few cases were tested to say how many reviews a day brings.");
  }
  show("reviews", lines.join(" "));
}

function short(number) {
  const rounded = number < 10 ? Math.floor(number * 10 + 0.5) / 10 : Math.floor(number + 0.5);
  return rounded.toLocaleString("en");
}

function roomLines(flagged, mean, fits) {
  const whole = Math.floor(fits + 1e-9);
  const number = (text) => Number(text.replaceAll(",", ""));
  const lead = `There is room for ${whole.toLocaleString("en")} a day.`;
  const chance = flagged.kind === "typical day" ? "" : ", by chance alone";
  if (mean > whole) return [lead, "An average day brings more than that: the queue would grow."];
  if (flagged.typicalHigh !== null && number(flagged.typicalHigh) > whole) {
    return [lead, `An average day fits, but 8 days of 10 bring ${between(flagged.typicalLow, flagged.typicalHigh)}${chance}: some are too many.`];
  }
  if (flagged.wideHigh !== null && number(flagged.wideHigh) > whole) {
    return [lead, `At least 9 days of 10 fit${chance}; 19 days of 20 bring up to ${flagged.wideHigh}.`];
  }
  return [lead, `19 days of 20 fit${chance}.`];
}

function ratioText(ratio) {
  if (ratio === Infinity) return null;
  return Number(ratio.toPrecision(ratio >= 100 ? 3 : 2)).toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** What would have to be true for the setting to be the best one. */
function showBest(place) {
  const { ratios, factors } = state;
  const unit = `flagging one ${words.negative.singular} by mistake`;
  const miss = `missing one ${words.positive.singular}`;
  const parts = [];
  const range = ratios[place];
  if (range) {
    const [low, high] = range.map(ratioText);
    const extent = high === null ? `at least ${low} times` : low === "0" ? `at most ${high} times` : `between ${low} and ${high} times`;
    parts.push(low === "0" && high === null
      ? "This setting is the cheapest of all, whatever the two mistakes cost."
      : `This setting is the cheapest of all when ${miss} costs ${extent} as much as ${unit}.`);
  } else {
    const [before, after] = nearestBest(place);
    const names = [before, after].filter((i) => i !== null).map((i) => thresholdText(model.thresholds[i]));
    parts.push(`Whatever the two mistakes cost, this setting is not the best choice: ${plainList(names).replace(" and ", " or ")} costs as little or less.`);
  }
  if (factors && factors.flagged_negatives > 0) {
    const ratio = (factors.missed_positives - factors.caught_positives) / factors.flagged_negatives;
    const best = thresholdText(model.thresholds[state.cheapest.place]);
    parts.push(range
      ? `With the costs above, a miss costs ${ratioText(ratio)} times as much, and ${best} is the cheapest setting.`
      : `With the costs above, ${miss} costs ${ratioText(ratio)} times as much as ${unit}, and ${best} is the cheapest setting.`);
  }
  show("best", parts.join(" "));
}

function nearestBest(place) {
  const find = (step) => {
    for (let i = place + step; i >= 0 && i < model.size; i += step) if (state.ratios[i]) return i;
    return null;
  };
  return [find(-1), find(1)];
}

// --------------------------------------------------------------------------------------------------- presets

function presetsNow() {
  const found = data.presets.map(({ name, place }) => ({ name, place }));
  if (state.cheapest) {
    const { place } = state.cheapest;
    const known = found.find((preset) => preset.name === "Lowest cost");
    if (known) known.place = place;
    else found.push({ name: "Lowest cost", place });
  }
  return found.sort((a, b) => a.place - b.place);
}

function drawPresets() {
  const group = byId("presets");
  const buttons = presetsNow().map(({ name, place }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "preset";
    button.dataset.place = String(place);
    button.textContent = `${name} · ${thresholdText(model.thresholds[place])}`;
    button.addEventListener("click", () => moveTo(place));
    return button;
  });
  group.replaceChildren(...buttons);
}

function showPresets() {
  for (const button of byId("presets").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.place) === state.place));
  }
}

function moveTo(place) {
  state.place = place;
  if (place < state.span[0] || place > state.span[1]) setSpan(true);
  showSetting();
}

/** Let slider and charts reach over all settings, or only those near the proposed one. */
function setSpan(isWhole) {
  state.span = isWhole ? [0, model.size - 1] : data.near;
  byId("all").checked = isWhole;
  const slider = byId("setting");
  [slider.min, slider.max] = state.span.map(String);
  state.place = Math.min(Math.max(state.place, state.span[0]), state.span[1]);
  drawCharts();
}

// -------------------------------------------------------------------------------------------------- two settings

const ROWS = ["caught_positives", "flagged_negatives", "missed_positives", "flagged"];

function showPins() {
  const [first, second = null] = state.pins;
  const empty = first === undefined;
  byId("pins").hidden = empty;
  byId("unpin").hidden = empty;
  if (empty) return;
  const [one, other] = [first, second ?? state.place].map((place) => model.at(place, state.day));
  const name = (at, word) => `${thresholdText(at.threshold)}${word}`;
  show("pin-a", name(one, ""));
  show("pin-b", name(other, second === null ? " (the slider)" : ""));
  for (const row of ROWS) {
    show(`pin-a-${row}`, amountText(one.printed[row]));
    show(`pin-b-${row}`, amountText(other.printed[row]));
  }
  const totals = [one, other].map(({ i }) => (state.factors ? model.costAt(i, state.day, state.factors) : null));
  totals.forEach((cost, k) => {
    show(`pin-${"ab"[k]}-cost`, !cost ? "–" : cost.mean !== null ? money(cost.mean) : cost.low ? `${money(cost.low)} to ${money(cost.high)}` : "too few to say");
  });
  const same = one.i === other.i;
  show("difference", same
    ? "Move the slider to see the difference to the pinned setting."
    : `From ${thresholdText(one.threshold)} to ${thresholdText(other.threshold)}: ${stepBetween(words, one, other)}${costStep(totals)}`);
}

function costStep(totals) {
  if (totals.some((cost) => !cost || cost.mean === null)) return "";
  const [before, after] = totals.map((cost) => Number(cost.mean.replaceAll(",", "")));
  const change = Math.round((after - before) * 100) / 100;
  if (change === 0) return " The cost is about the same.";
  return ` It costs about ${money(Math.abs(change).toLocaleString("en"))} ${change > 0 ? "more" : "less"} a day.`;
}

// ------------------------------------------------------------------------------------------------------- charts

function tokensNow() {
  return dark.matches && !paper.matches && !printing ? data.tokens.dark : data.tokens.light;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Break a label over two lines near its middle. */
function wrapped(text) {
  const cut = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  if (cut.length < 16) return escaped(cut);
  const spaces = [...cut.matchAll(/ /g)].map(({ index }) => index);
  const middle = spaces.sort((a, b) => Math.abs(a - cut.length / 2) - Math.abs(b - cut.length / 2))[0];
  return middle === undefined ? escaped(cut) : `${escaped(cut.slice(0, middle))}<br>${escaped(cut.slice(middle + 1))}`;
}

function drawCharts() {
  const { span, day, factors } = state;
  byId("cost-figure").hidden = !factors;
  const parts = new Map(drawnPlaces(span).map((place) => [place, model.parts(place, day)]));
  const highest = Math.max(...[...parts.values()].map((part) => part.caught_positives[2]), 0);
  const operating = model.parts(data.operating, day).flagged_negatives[2];
  charts.tradeOff.draw({
    thresholds: model.thresholds, span, bottom: 0, top: niceTop(Math.max(1.35 * highest, Math.min(1.5 * operating, 8 * highest))),
    lines: LINES.map((name) => ({ values: (place) => parts.get(place)[name], label: wrapped(data.labels[name]) })),
    byScore: byId("by-score").checked,
  });
  if (!factors) return;
  const raw = new Map(drawnPlaces(span).map((place) => [place, model.rawCost(place, day, factors)]));
  const values = [...raw.values()];
  const least = Math.min(...values.map(([mean]) => mean));
  const most = Math.max(...values.map((value) => value[2]));
  const here = model.rawCost(data.operating, day, factors)[2];
  const top = niceTop(Math.max(Math.min(most, Math.max(4 * least, 1.6 * here)), 1e-9));
  const bottom = least < 0 ? -niceTop(-Math.min(...values.map((value) => value[1]))) : 0;
  const { first, last } = state.cheapest;
  const [from, to] = [Math.max(first, span[0]), Math.min(last, span[1])];
  charts.cost.draw({
    thresholds: model.thresholds, span, bottom, top, prefix: costs.prefix, byScore: byId("by-score").checked,
    lines: [{ values: (place) => raw.get(place), label: "Total<br>cost" }],
    stretch: from <= to ? [from, to] : [],
  });
  show("cost-flat", flatText(state.cheapest));
}

/** How flat the cost is around its lowest, as in cost_statements.py. */
function flatText({ place, first, last }) {
  const [low, high, lowest] = [first, last, place].map((i) => model.thresholds[i]);
  const flagged = model.tp[place] + model.fp[place];
  if (flagged === 0) return "At these costs, flagging nothing is cheapest.";
  if (flagged === data.counts.positives + data.counts.negatives) return "At these costs, flagging every case is cheapest.";
  if (first === last) return `The lowest cost is at ${thresholdText(lowest)}. The settings beside it cost over 10% more.`;
  const ends = flatEnds(low, high, lowest);
  return `Thick bar: any setting between ${ends[0]} and ${ends[1]} costs within 10% of the lowest.`;
}

function showMarks(at, cost) {
  const label = thresholdText(at.threshold);
  const means = model.means(at.i, state.day ?? model.stated);
  charts.tradeOff.mark(at.i, LINES.map((name) => means[name]), label);
  if (cost !== null) charts.cost.mark(at.i, [cost], label);
}

// ----------------------------------------------------------------------------------------------------- decision

function quoted(text) {
  // eslint-disable-next-line no-control-regex
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return `'${line.replaceAll("'", "'\\''")}'`;
}

/** The figures a command must carry so that it measures what the page shows: [option, value]. */
function overridesNow() {
  const { reviewers, capacity, minutes } = fields;
  const asTyped = (field) => field?.isEdited && field.implied === null;
  const takesBoth = state.day !== null && data.costed !== null;  // what was not edited is taken as known, too
  const follows = capacity.implied !== null && (reviewers.isEdited || minutes.isEdited);
  return [
    ["--cases-per-day", takesBoth || fields.traffic.isEdited, () => state.day.traffic],
    ["--prevalence", takesBoth || fields.prevalence.isEdited, () => state.day.prevalence],
    ["--missed-positive", asTyped(fields.missed), () => fields.missed.own],
    ["--flagged-negative", asTyped(fields.flagged), () => fields.flagged.own],
    ["--caught-positive", asTyped(fields.caught), () => fields.caught.own],
    ["--minutes-per-review", asTyped(minutes), () => minutes.own],
    ["--reviewers", asTyped(reviewers), () => reviewers.own],
    ["--review-capacity-per-day", asTyped(capacity) || follows, () => capacity.value],
  ].filter(([, isCarried]) => isCarried).map(([option, , valueOf]) => [option, valueOf()]).filter(([, value]) => value !== null);
}

function commandNow() {
  const threshold = thresholdText(model.thresholds[state.place]);
  const parts = ["expectkit agree"];
  if (data.config) parts.push(/^[\w./-]+$/.test(data.config) && !data.config.startsWith("-") ? data.config : quoted(data.config));
  parts.push(threshold.startsWith("-") ? `--threshold=${threshold}` : `--threshold ${threshold}`);
  parts.push(`--decided-by ${quoted(byId("decided-by").value || "WHO")}`, `--reason ${quoted(byId("notes").value || "WHY")}`);
  for (const [option, value] of overridesNow()) parts.push(`${option} ${thresholdText(value)}`);
  return parts.join(" ");
}

function showCommand() {
  show("command", commandNow());
  show("printed-by", byId("decided-by").value);
  show("printed-notes", byId("notes").value);
}

async function copyCommand() {
  const text = commandNow();
  try {
    await navigator.clipboard.writeText(text);
    show("copied", "Copied.");
  } catch {
    const range = document.createRange();
    range.selectNodeContents(byId("command"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    show("copied", "Selected: press Ctrl+C or ⌘C to copy.");
  }
  later("copied", 4000, () => show("copied", ""));
}

// ------------------------------------------------------------------------------------------------------ start

/** After an edit: what depends on the figures and not on the setting. */
function refresh() {
  state.day = editedDay();
  state.factors = factorsNow();
  state.cheapest = state.factors && model.cheapest(state.day, state.factors);
  state.ratios = model.bestRatios(state.day);
  drawPresets();
  drawCharts();
  showSetting();
  showFigures();
}

function showFigures() {
  const edited = allFields.some((field) => field.isEdited);
  byId("reset").hidden = !edited;
  const source = (field) => (field.implied !== null ? " (follows)" : field.isEdited ? " (edited)" : "");
  const line = (field, label) => (field.value === null ? null : `${label} ${field.implied ?? field.good}${source(field)}`);
  const label = (field) => field.input.labels[0].textContent;
  show("figures", `${allFields.map((field) => line(field, `${label(field)}:`)).filter(Boolean).join("; ")}.`);
}

function onEdit(event) {
  room.typed(allFields.find((field) => field.input === event.target));
  const bad = allFields.filter((field) => !field.read());
  show("problem", bad.length ? `Not used: ${plainList(bad.map((field) => field.input.labels[0].textContent))}. Give a number${bad.includes(fields.prevalence) ? " (a share lies between 0 and 100)" : ""}.` : "");
  settle();
  refresh();
}

function settle() {
  room.settle();
  const notes = room.notes();
  show("reviewers-note", notes.reviewers);
  show("capacity-note", notes.capacity);
}

/** Read the setting from the address; one that was not counted is replaced by the nearest, and that is said. */
function fromAddress() {
  const text = new URLSearchParams(location.hash.slice(1)).get("t");
  const wanted = text === null || text === "" ? NaN : Number(text);
  if (!Number.isFinite(wanted)) return;
  const near = (a, b) => (Math.abs(model.thresholds[b] - wanted) < Math.abs(model.thresholds[a] - wanted) ? b : a);
  const place = model.thresholds.map((_, i) => i).reduce(near, 0);
  show("address", model.thresholds[place] === wanted ? "" : `${thresholdText(wanted)} is not among the settings of this page. The nearest is ${thresholdText(model.thresholds[place])}.`);
  moveTo(place);
}

function start() {
  byId("without-script").remove();
  for (const element of document.querySelectorAll("[data-live]")) element.hidden = false;
  charts.tradeOff = new Chart(byId("trade-off"), data.figures.trade_off, tokensNow);
  charts.cost = new Chart(byId("cost-chart"), data.figures.cost, tokensNow);
  state.day = null;
  state.factors = factorsNow();
  state.cheapest = state.factors && model.cheapest(null, state.factors);
  const slider = byId("setting");
  [slider.min, slider.max] = state.span.map(String);
  slider.value = String(state.place);
  settle();
  refresh();
  slider.addEventListener("input", () => {
    state.place = Number(slider.value);
    show("address", "");
    showSetting();
  });
  byId("all").addEventListener("change", (event) => {
    setSpan(event.target.checked);
    showSetting();
  });
  byId("by-score").addEventListener("change", drawCharts);
  for (const field of allFields) {
    field.input.addEventListener("input", onEdit);
    field.input.addEventListener("blur", settle);
  }
  byId("reset").addEventListener("click", () => {
    for (const field of allFields) field.reset();
    room.reset();
    settle();
    show("problem", "");
    refresh();
    fields.missed.input.focus();
  });
  byId("pin").addEventListener("click", () => {
    state.pins = [...state.pins.slice(-1), state.place];
    showSetting();
  });
  byId("unpin").addEventListener("click", () => {
    state.pins = [];
    showSetting();
    byId("pin").focus();
  });
  for (const id of ["decided-by", "notes"]) byId(id).addEventListener("input", showCommand);
  byId("copy").addEventListener("click", copyCommand);
  byId("print").addEventListener("click", () => print());
  dark.addEventListener("change", drawCharts);
  for (const [name, value] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(name, () => {
      printing = value;
      drawCharts();
    });
  }
  addEventListener("hashchange", fromAddress);
  fromAddress();
}

start();

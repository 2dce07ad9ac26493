// The two curves. Plotly draws them when figures change. A step of the slider only moves the rule and the marks, which
// lie on top as elements of our own: Plotly's own redrawing takes longer than a step may.

import { thresholdText } from "./decimal.js";

const MOST_POINTS = 240;
const CONFIG = { staticPlot: true, displayModeBar: false };
const HEIGHT = 336;
const LABEL_ROOM = 17;
const LETTER = 7;
const LABEL_HEIGHT = 0.6; // of the chart: where a line that leaves it at the top is named
const STRETCH_HEIGHT = 0.035;

/** Replace names of tokens by their colours, at any depth. */
function painted(value, tokens) {
  if (typeof value === "string") return value.startsWith("@") ? tokens[value.slice(1)] : value;
  if (Array.isArray(value)) return value.map((item) => painted(item, tokens));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item, tokens)]));
}

/** A round number at or above the highest value, as the end of an axis. */
export function niceTop(highest) {
  if (!(highest > 0)) return 1;
  const step = niceStep(highest / 4);
  return Math.ceil(highest / step - 1e-9) * step;
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((leading) => leading * power >= least * (1 - 1e-9)) * power;
}

/** Round numbers from one end of an axis to the other. */
function scoreTicks(low, high, wanted) {
  if (!(high > low)) return [low];
  const step = niceStep((high - low) / (wanted + 1));
  const first = Math.ceil(low / step - 1e-9);
  const n = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: n }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Settings to label: about evenly, and those that are short to say. */
export function tickPlaces(thresholds, [first, last], wanted) {
  if (last - first < wanted) return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const step = (last - first) / (wanted - 1);
  const reach = Math.floor(step / 4);
  return Array.from({ length: wanted }, (_, k) => {
    const middle = first + Math.round(k * step);
    let best = middle;
    for (let i = Math.max(first, middle - reach); i <= Math.min(last, middle + reach); i += 1) {
      const [short, shortest] = [i, best].map((place) => thresholdText(thresholds[place]).length);
      if (short < shortest || (short === shortest && Math.abs(i - middle) < Math.abs(best - middle))) best = i;
    }
    return best;
  });
}

/** Move labels apart, as little as needed. */
function spread(places, room, low, high) {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const result = [...places];
  let edge = low;
  for (const i of order) edge = (result[i] = Math.max(result[i], edge + room / 2)) + room / 2;
  edge = high;
  for (const i of order.reverse()) edge = (result[i] = Math.min(result[i], edge - room / 2)) - room / 2;
  return result;
}

/** The settings whose points are drawn: all, or evenly chosen ones with both ends. */
export function drawnPlaces([first, last]) {
  const n = Math.min(last - first + 1, MOST_POINTS);
  return Array.from({ length: n }, (_, k) => (n === 1 ? first : first + Math.round((k * (last - first)) / (n - 1))));
}

/** Where a line that ends higher passes a level for the last time: [x, y]. */
function lastCrossing({ x, y }, level) {
  const k = y.findLastIndex((value) => value <= level);
  return [k < 0 ? x[0] : x[k] + ((level - y[k]) / (y[k + 1] - y[k])) * (x[k + 1] - x[k]), level];
}

export class Chart {
  constructor(element, spec, tokensNow) {
    this.element = element;
    this.spec = spec;
    this.tokensNow = tokensNow;
    this.drawing = element.querySelector(".curve__plot");
    this.rule = element.querySelector(".curve__rule");
    this.marks = [...element.querySelectorAll(".curve__mark")];
    new ResizeObserver(() => {
      if (this.last && this.element.clientWidth !== this.width) this.draw(this.last);
    }).observe(element);
  }

  /**
   * Draw anew: lines are [{values: place -> [mean, low, high], label}], in the order of the specification, `stretch`
   * the ends of the settings near the lowest cost. Settings stand one step apart, or, `byScore`, where
   * their score lies.
   */
  draw(drawn) {
    const { thresholds, span, bottom, top, lines, stretch, byScore, prefix = "" } = drawn;
    const toX = (place) => (byScore ? thresholds[place] : place);
    Object.assign(this, { bottom, top, toX, ends: span.map(toX), last: drawn, width: this.element.clientWidth });
    const places = drawnPlaces(span);
    const spec = painted(this.spec, this.tokensNow());
    const inside = (value) => Math.min(Math.max(value, bottom - (top - bottom)), top + (top - bottom));
    lines.forEach((line, k) => {
      const points = places.map(line.values);
      const [band, curve] = [spec.data[k], spec.data[lines.length + k]];
      band.x = [...places, ...[...places].reverse()].map(toX);
      band.y = [...points.map((p) => inside(p[2])), ...points.map((p) => inside(p[1])).reverse()];
      curve.x = places.map(toX);
      curve.y = points.map((p) => inside(p[0]));
      line.end = curve.y.at(-1);
      line.rise = line.end > top ? lastCrossing(curve, bottom + LABEL_HEIGHT * (top - bottom)) : null;
    });
    if (stretch) Object.assign(spec.data[2 * lines.length], { x: stretch.map(toX), y: stretch.map(() => bottom + STRETCH_HEIGHT * (top - bottom)) });
    const wanted = this.element.clientWidth < 400 ? 4 : 6;
    const ticks = byScore ? scoreTicks(...this.ends, wanted) : tickPlaces(thresholds, span, wanted);
    const [from, to] = this.ends;
    Object.assign(spec.layout.xaxis, {
      range: to > from ? [from, to] : [from - 1, from + 1], tickvals: ticks,
      ticktext: ticks.map((tick) => thresholdText(byScore ? tick : thresholds[tick])),
    });
    if (byScore) spec.layout.xaxis.title.text = "Setting";
    Object.assign(spec.layout.yaxis, { range: [bottom, top], tickprefix: prefix });
    spec.layout.margin.r = this.labelWidth(lines);
    spec.layout.margin.l = Math.max(spec.layout.margin.l, 16 + LETTER * (prefix + Math.round(top).toLocaleString("en")).length);
    this.margin = spec.layout.margin;
    Object.assign(spec.layout, { height: HEIGHT, width: this.width, annotations: this.labels(lines, spec) });
    globalThis.Plotly.react(this.drawing, spec.data, spec.layout, CONFIG);
    if (this.marked) this.mark(...this.marked);
  }

  /** Room beside the plot for the labels of the lines that end there. */
  labelWidth(lines) {
    const widest = Math.max(0, ...lines.filter(({ rise }) => rise === null).flatMap(({ label }) => label.split("<br>")).map((text) => text.length));
    return Math.min(20 + LETTER * widest, Math.round(this.element.clientWidth * 0.4));
  }

  labels(lines, spec) {
    const height = HEIGHT - spec.layout.margin.t - spec.layout.margin.b;
    const toPixel = (value) => ((Math.min(Math.max(value, this.bottom), this.top) - this.bottom) / (this.top - this.bottom)) * height;
    const room = LABEL_ROOM * Math.max(...lines.map(({ label }) => label.split("<br>").length));
    const places = spread(lines.map((line) => toPixel(line.end)), room, 0, height + room / 2);
    const font = (k) => ({ color: spec.data[lines.length + k].line.color, size: 13 });
    return lines.map((line, k) => ({
      text: `<b>${line.label}</b>`, showarrow: false, font: font(k), ...(line.rise ? this.beside(line) : {
        xref: "paper", x: 1, xanchor: "left", xshift: 6, align: "left", yref: "paper", y: places[k] / height, yanchor: "middle",
      }),
    }));
  }

  /** A line that leaves the chart at the top is named where it rises: right below it, or left above it. */
  beside({ label, rise: [x, y] }) {
    const [from, to] = this.ends;
    const left = ((to - x) / (to - from)) * (this.width - this.margin.l - this.margin.r);
    const isRight = left > 16 + LETTER * Math.max(...label.split("<br>").map((text) => text.length));
    const side = isRight ? { xanchor: "left", xshift: 8, yanchor: "top", align: "left" } : { xanchor: "right", xshift: -8, yanchor: "bottom", align: "right" };
    return { xref: "x", x, yref: "y", y, ...side };
  }

  /** Move the rule and the marks to a setting; a mark beyond the chart waits at its edge as an arrow. */
  mark(place, values, label) {
    this.marked = [place, values, label];
    const { l, r, t, b } = this.margin;
    const [first, last] = this.ends;
    const share = last > first ? (this.toX(place) - first) / (last - first) : 0.5;
    const x = l + share * (this.width - l - r);
    this.rule.style.transform = `translateX(${x.toFixed(1)}px)`;
    if (this.rule.firstChild.textContent !== label) this.rule.firstChild.textContent = label;
    values.forEach((value, k) => {
      const inside = Math.min(Math.max(value, this.bottom), this.top);
      const y = t + (1 - (inside - this.bottom) / (this.top - this.bottom)) * (HEIGHT - t - b);
      this.marks[k].style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      this.marks[k].classList.toggle("curve__mark--beyond", value > this.top);
    });
  }
}

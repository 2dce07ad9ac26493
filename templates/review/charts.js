// The two curves. Plotly draws them when figures change. A step of the slider only moves the rule and the marks, which
// lie on top as elements of our own: Plotly's own redrawing takes longer than a step may.

import { thresholdText } from "./decimal.js";

const MOST_POINTS = 240;
const CONFIG = { staticPlot: true, displayModeBar: false };
const HEIGHT = 320;
const LABEL_ROOM = 17;

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
  const least = highest / 4;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((leading) => leading * power >= least * (1 - 1e-9)) * power;
  return Math.ceil(highest / step - 1e-9) * step;
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
   * Draw anew: lines are [{values: place -> [mean, low, high], label}], in the order of the specification, `extra` the
   * y of the stretch near the lowest cost.
   */
  draw(drawn) {
    const { thresholds, span, bottom, top, lines, stretch, prefix = "" } = drawn;
    Object.assign(this, { bottom, top, span, last: drawn, width: this.element.clientWidth });
    const places = drawnPlaces(span);
    const spec = painted(this.spec, this.tokensNow());
    const inside = (value) => Math.min(Math.max(value, bottom - (top - bottom)), top + (top - bottom));
    lines.forEach((line, k) => {
      const points = places.map(line.values);
      const [band, curve] = [spec.data[k], spec.data[lines.length + k]];
      band.x = [...places, ...[...places].reverse()];
      band.y = [...points.map((p) => inside(p[2])), ...points.map((p) => inside(p[1])).reverse()];
      curve.x = places;
      curve.y = points.map((p) => inside(p[0]));
      line.end = curve.y.at(-1);
    });
    if (stretch) Object.assign(spec.data[2 * lines.length], { x: stretch, y: [bottom, bottom], cliponaxis: false });
    const ticks = tickPlaces(thresholds, span, this.element.clientWidth < 400 ? 4 : 6);
    Object.assign(spec.layout.xaxis, {
      range: span[1] > span[0] ? [...span] : [span[0] - 1, span[0] + 1], tickvals: ticks, ticktext: ticks.map((i) => thresholdText(thresholds[i])),
    });
    Object.assign(spec.layout.yaxis, { range: [bottom, top], tickprefix: prefix });
    Object.assign(spec.layout, { height: HEIGHT, width: this.width, annotations: this.labels(lines, spec) });
    spec.layout.margin.r = this.labelWidth(lines);
    this.margin = spec.layout.margin;
    globalThis.Plotly.react(this.drawing, spec.data, spec.layout, CONFIG);
    if (this.marked) this.mark(...this.marked);
  }

  labelWidth(lines) {
    const widest = Math.max(...lines.flatMap(({ label }) => label.split("<br>")).map((text) => text.length));
    return Math.min(14 + 7 * widest, Math.round(this.element.clientWidth * 0.4));
  }

  labels(lines, spec) {
    const height = HEIGHT - spec.layout.margin.t - spec.layout.margin.b;
    const toPixel = (value) => ((Math.min(Math.max(value, this.bottom), this.top) - this.bottom) / (this.top - this.bottom)) * height;
    const room = LABEL_ROOM * Math.max(...lines.map(({ label }) => label.split("<br>").length));
    const places = spread(lines.map((line) => toPixel(line.end)), room, 0, height + room / 2);
    return lines.map((line, k) => ({
      text: `<b>${line.label}</b>`, showarrow: false, xref: "paper", x: 1, xanchor: "left", xshift: 6, align: "left",
      yref: "paper", y: places[k] / height, yanchor: "middle",
      font: { color: spec.data[lines.length + k].line.color, size: 13 },
    }));
  }

  /** Move the rule and the marks to a setting; a mark beyond the chart waits at its edge as an arrow. */
  mark(place, values, label) {
    this.marked = [place, values, label];
    const { l, r, t, b } = this.margin;
    const [first, last] = this.span;
    const share = last > first ? (place - first) / (last - first) : 0.5;
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

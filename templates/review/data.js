// Read what the page carries. Columns of printed numbers are steps from one setting to the next, floats are bytes.

import { decimal, numberText } from "./decimal.js";
import { FEWER_THAN_ONE } from "./printed.js";

/** Printed numbers: "" as before, "x" none, "~" fewer than 1, else the step in units of the last place. */
export function printedColumn({ places, steps }) {
  let last = 0n;
  let text = null;
  const divisor = 10n ** BigInt(places);
  return unfolded(steps).map((step) => {
    if (step === "x") text = null;
    else if (step === "~") text = FEWER_THAN_ONE;
    else if (step !== "") {
      last += BigInt(step);
      text = numberText((last * decimal("1")) / divisor);
    }
    return text;
  });
}

/** Write runs such as "-20*3" out. */
function unfolded(steps) {
  return steps.split(",").flatMap((step) => {
    const [value, times] = step.split("*");
    return times ? Array(Number(times)).fill(value) : [step];
  });
}

/** Runs such as "2*40,0*3" of numbers that name a word. */
export function codes(runs, names) {
  return runs.split(",").flatMap((run) => {
    const [code, times = "1"] = run.split("*");
    return Array(Number(times)).fill(names[Number(code)]);
  });
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
const VALUE = Object.fromEntries([...DIGITS].map((digit, value) => [digit, value]));

/** Numbers as steps of their logarithm to base 2; see packed() in review_data.py. */
export function floats(text) {
  const numbers = [];
  const [steps, digits] = text.split(":");
  let [code, step, place] = [0, 0, 1];
  for (const digit of digits) {
    const value = VALUE[digit];
    step += (value % 32) * place;
    place *= 32;
    if (value >= 32) continue;
    code += (step % 2 ? -1 : 1) * Math.floor(step / 2);
    numbers.push(Math.sign(code) * 2 ** (Math.abs(code) / Number(steps) - 32));
    [step, place] = [0, 1];
  }
  return numbers;
}

/** Whole numbers as steps. */
export function counts(steps) {
  let last = 0;
  return steps.split(",").map((step) => (last += Number(step || 0)));
}

// The figures a reader may edit, and which of two that say the same thing leads.

/** A number typed by the reader: the last good one, the stated one until then, or one that follows from others. */
export class Field {
  constructor(id, { least = 0, most = Infinity, mayBeLeast = true, mayBeEmpty = false } = {}) {
    this.input = document.getElementById(id);
    this.stated = this.input.value;
    this.good = this.stated;
    this.implied = null;
    // A stated figure cannot be taken back on a command line, so it can only be replaced here.
    Object.assign(this, { least, most, mayBeLeast, mayBeEmpty: mayBeEmpty && this.stated === "" });
  }

  get isEdited() {
    return this.good !== this.stated;
  }

  /** What was stated or typed here; null for nothing. */
  get own() {
    return this.good === "" ? null : Number(this.good);
  }

  get value() {
    return this.implied ?? this.own;
  }

  get isEmpty() {
    return this.input.value.trim() === "" && !this.input.validity.badInput;
  }

  read() {
    const text = this.input.value.trim();
    const number = Number(text);
    const fits = number < this.most && (this.mayBeLeast ? number >= this.least : number > this.least);
    const isTyped = text !== "" && Number.isFinite(number) && fits;
    const isGood = this.implied !== null || isTyped || (this.isEmpty && this.mayBeEmpty);
    this.input.setAttribute("aria-invalid", String(!isGood));
    if (isGood && this.implied === null) this.good = text;
    return isGood;
  }

  /** Show a number that follows from other fields, or with null the field's own again; never under the typing hand. */
  imply(number) {
    this.implied = number;
    if (document.activeElement === this.input) return;
    if (number !== null) this.input.setAttribute("aria-invalid", "false");
    if (this.input.getAttribute("aria-invalid") !== "true") this.input.value = number === null ? this.good : String(number);
  }

  reset() {
    this.implied = null;
    this.input.value = this.stated;
    this.read();
  }
}

/** Reviewers and reviews a day: with the minutes of a review one follows from the other, and the last typed leads. */
export class Room {
  constructor(minutes, reviewers, capacity, hours) {
    Object.assign(this, { minutes, reviewers, capacity, hours });
    this.reset();
  }

  /** As in the measurement: a stated number of reviews a day counts before people. */
  reset() {
    this.last = this.capacity.own === null ? this.reviewers : this.capacity;
    this.settle();
  }

  /** The field that says how many reviews fit; null when neither does. */
  get leads() {
    const [minutes, people, room] = [this.minutes, this.reviewers, this.capacity].map((field) => field.own);
    const isByPeople = minutes !== null && people !== null && (this.last === this.reviewers || room === null);
    if (isByPeople) return this.reviewers;
    return room === null ? null : this.capacity;
  }

  /** Note what is being typed, before it is read. */
  typed(field) {
    if (field !== this.reviewers && field !== this.capacity) return;
    if (!field.isEmpty) {
      field.implied = null;
      this.last = field;
    } else if (this.last === field) {
      this.last = field === this.reviewers ? this.capacity : this.reviewers;
    }
  }

  /** Let the other field show what follows. */
  settle() {
    const { leads } = this;
    const eachDay = this.minutes.own === null ? null : (this.hours * 60) / this.minutes.own;
    this.capacity.imply(leads === this.reviewers ? wholeReviews(this.reviewers.own * eachDay) : null);
    const people = leads === this.capacity && eachDay !== null ? this.capacity.own / eachDay : null;
    this.reviewers.imply(people === null ? null : Number(people.toPrecision(3)));
  }

  /** What stands below the two fields. */
  notes() {
    const { leads, reviewers, capacity } = this;
    const room = capacity.own?.toLocaleString("en");
    const waits = reviewers.own !== null && reviewers.implied === null && this.minutes.own === null;
    return {
      reviewers: reviewers.implied !== null ? `Follows from ${room} reviews a day` : waits ? "Counts once the minutes are given" : "",
      capacity: leads === reviewers ? `Follows from the reviewers, at ${this.hours} hours a day` : "",
    };
  }
}

/** Reviews that fit into a day: whole ones, unless not even one does. */
function wholeReviews(number) {
  return number >= 1 ? Math.floor(number + 1e-9) : Number(number.toPrecision(2));
}

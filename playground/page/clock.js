// The desk's own clock in the bar: what time it has, whether it is open, and buttons that move it.

import { iconButton, make } from "./make.js";
import { language, t } from "./texts.js";
import { ask, post } from "./wire.js";

const STEPS = [["plusMinute", 60], ["plusFive", 300], ["plusHour", 3600]];
const LOOK_AGAIN_MS = 400;

export class DeskClock {
  constructor(root, failed) {
    this.root = root;
    this.failed = failed;
    this.face = null;
    this.ahead = 0; // milliseconds by which the desk's clock is ahead of this computer's
    setInterval(() => this.tick(), 1000);
  }

  // Ask for the time, now or soon after the last reason to: the hours may have been changed.
  async look() {
    clearTimeout(this.later);
    const face = await ask("clock", {}).catch(() => ({}));
    if (face.now) this.show(face);
  }

  lookSoon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  show(face) {
    this.ahead = face.now * 1000 - Date.now();
    this.face = face;
    this.build();
  }

  async move(body) {
    try {
      this.show(await post("clock", body));
    } catch (why) {
      this.failed(why);
    }
  }

  build() {
    const { face } = this;
    this.root.hidden = !face;
    if (!face) return;
    const moved = Math.abs(face.shift_seconds) >= 1;
    this.full = make("span", { class: "full" });
    this.brief = make("span", { class: "brief", "aria-hidden": "true" }); // on a phone
    const time = make("time", { dataset: { role: "time" } }, this.full, this.brief);
    const state = make("span", { class: "state", dataset: { open: String(face.open) } }, t(face.open ? "deskOpen" : "deskClosed"));
    const steps = STEPS.map(([key, seconds]) => make("button", { type: "button", dataset: { step: String(seconds) }, onclick: () => this.move({ by: seconds }) }, t(key)));
    const jump = face.changes === null ? null : make("button", { type: "button", dataset: { role: "jump" }, onclick: () => this.move({ to: face.open ? "closing" : "opening" }) },
      t(face.open ? "toClosing" : "toOpening", { when: this.moment(face.changes * 1000) }));
    const back = iconButton("back", t("backToNow"), () => this.move({ to: "now" }), { dataset: { role: "now" } });
    back.hidden = !moved;
    this.root.classList.toggle("moved", moved);
    this.root.setAttribute("aria-label", t("deskClock"));
    this.root.title = t("deskClockHint", { zone: face.zone });
    const steady = document.activeElement?.dataset;
    const focused = this.root.contains(document.activeElement) ? ["step", "role"].find((name) => steady[name]) : null;
    const again = focused && `[data-${focused}="${steady[focused]}"]`;
    this.root.replaceChildren(make("span", { class: "reading" }, state, time), make("span", { class: "movers" }, ...steps, jump, back));
    if (again) this.root.querySelector(again)?.focus();
    this.tick();
  }

  tick() {
    if (!this.face) return;
    const now = Date.now() + this.ahead;
    if (this.face.changes !== null && now >= this.face.changes * 1000) this.lookSoon();
    const hours = { hour: "2-digit", minute: "2-digit" };
    this.full.textContent = `${this.format(now, { weekday: "short", day: "numeric", month: "short" })} ${this.format(now, { ...hours, second: "2-digit" })}`;
    this.brief.textContent = `${this.format(now, { weekday: "short" })} ${this.format(now, hours)}`;
  }

  // The day is told where it is another one than the clock's.
  moment(at) {
    const day = { year: "numeric", month: "numeric", day: "numeric" };
    const today = this.format(at, day) === this.format(Date.now() + this.ahead, day);
    const clock = this.format(at, { hour: "2-digit", minute: "2-digit" });
    return today ? clock : `${this.format(at, { weekday: "short" })} ${clock}`;
  }

  format(at, parts) {
    const own = (navigator.languages || []).find((code) => code.startsWith(language().slice(0, 2)));
    return new Intl.DateTimeFormat(own || language(), { ...parts, hourCycle: parts.hour ? "h23" : undefined, timeZone: this.face.zone }).format(new Date(at));
  }
}

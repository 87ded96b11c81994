// One seat of the desk: a person's chat with a bot, and the groups that both are in.

import { bubble, nameOf } from "./bubble.js";
import { Composer } from "./composer.js";
import { make } from "./make.js";
import { t } from "./texts.js";
import { Refused, post } from "./wire.js";

const ACTIONS = { typing: "typing", record_voice: "recording", record_video: "recording", record_video_note: "recording" };

export class Column {
  constructor(seat, rooms, hooks) {
    this.seat = seat;
    this.rooms = rooms;
    this.hooks = hooks;
    this.place = { key: seat.rooms[0], thread: null };
    this.unread = 0;
    this.root = make("section", { class: "column", id: `seat-${seat.role}`, dataset: { seat: seat.role } });
    this.composer = new Composer(this);
    this.build();
  }

  get room() { return this.rooms.get(this.place.key); }

  title() {
    const [, base, number] = /^([a-z]+?)(?:-(\d+))?$/.exec(this.seat.role) || [];
    return ["customer", "agent", "admin"].includes(base) ? `${t(base)}${number ? ` ${number}` : ""}` : this.seat.title;
  }

  where() {
    const person = this.seat.person.id;
    return this.room?.private === false ? { person, chat: this.room.chat.id } : { person, bot: this.seat.bot.id };
  }

  thread() { return this.place.thread ? { thread: this.place.thread } : {}; }

  // ---- building

  build() {
    const { bot, person } = this.seat;
    this.root.setAttribute("aria-label", `${this.title()}: ${nameOf(person)}`);
    this.picker = make("select", { class: "places", "aria-label": t("chat"), hidden: true, onchange: () => this.goTo(this.picker.value) });
    this.switch = make("input", { type: "checkbox", role: "switch", dataset: { role: "block" }, onchange: () => this.block(this.switch.checked) });
    this.blockLabel = make("label", { class: "switch" }, make("span", {}, t("block")), this.switch);
    this.log = make("div", { class: "log", role: "log", tabindex: "0", "aria-label": t("messages"), "aria-live": "polite" });
    this.status = make("p", { class: "status", role: "status" });
    this.toast = make("p", { class: "toast", role: "alert", hidden: true });
    this.drop = make("p", { class: "drop" }, t("dropHere"));
    this.composer.build();
    this.root.replaceChildren(
      make("header", { class: "head" },
        make("span", { class: "face", "aria-hidden": "true" }, (bot?.first_name || "?").slice(0, 1).toUpperCase()),
        make("div", { class: "who" }, make("h2", {}, bot?.first_name || t("noBot")),
          make("p", {}, make("span", { class: "role" }, this.title()), " ", t("as", { name: nameOf(person) }))),
        this.blockLabel),
      this.picker, this.log, this.status, this.toast, this.composer.root, this.drop);
    this.root.ondragover = (event) => { event.preventDefault(); this.root.classList.add("dropping"); };
    this.root.ondragleave = (event) => { if (!this.root.contains(event.relatedTarget)) this.root.classList.remove("dropping"); };
    this.root.ondrop = (event) => {
      event.preventDefault();
      this.root.classList.remove("dropping");
      this.composer.add([...event.dataTransfer.files]);
    };
    this.refresh();
  }

  // A new snapshot: the same person may see other rooms and other messages now.
  renew(seat) {
    this.seat = seat;
    if (!seat.rooms.includes(this.place.key)) this.place = { key: seat.rooms[0], thread: null };
    this.refresh();
  }

  refresh() {
    const room = this.room;
    if (!room) return;
    this.showPlaces();
    this.showBlocked(room.blocked);
    this.composer.setKeyboard(room.keyboard);
    this.composer.learnCommands();
    this.showLog();
  }

  showPlaces() {
    const places = [];
    for (const key of this.seat.rooms) {
      const room = this.rooms.get(key);
      if (!room) continue;
      if (room.private) places.push([`${key}|`, t("privateChat")]);
      else if (!room.topics.length) places.push([`${key}|`, room.chat.title]);
      for (const topic of room.topics) {
        const general = topic.message_thread_id === 1;
        const name = general ? t("general") : topic.name;
        places.push([`${key}|${general ? "" : topic.message_thread_id}`,
          `${room.chat.title} › ${name}${topic.closed ? ` (${t("closed")})` : ""}`]);
      }
    }
    this.picker.hidden = places.length < 2;
    this.picker.replaceChildren(...places.map(([value, text]) => make("option", { value }, text)));
    const here = `${this.place.key}|${this.place.thread || ""}`;
    if (!places.some(([value]) => value === here)) this.place.thread = null;
    this.picker.value = `${this.place.key}|${this.place.thread || ""}`;
  }

  goTo(value) {
    const [key, thread] = value.split("|");
    this.place = { key, thread: thread ? Number(thread) : null };
    this.composer.setAbout(null);
    this.refresh();
  }

  belongs(message) {
    if (this.room.private) return true;
    return (message.is_topic_message ? message.message_thread_id : null) === this.place.thread;
  }

  // ---- messages

  bubbleFor(message) {
    return bubble(message, {
      me: this.seat.person.id,
      group: !this.room.private,
      reactions: this.room.reactions[message.message_id],
      acts: {
        press: (...all) => this.press(...all),
        copy: (text) => navigator.clipboard?.writeText(text).then(() => this.say_toast(t("copied")), () => {}),
        jump: (number) => this.jump(number),
        reply: (about) => this.composer.setAbout({ mode: "reply", message: about }),
        edit: (about) => this.composer.setAbout({ mode: "edit", message: about }),
        react: (about) => this.react(about),
        command: (text) => this.say(text),
      },
    });
  }

  showLog() {
    const shown = this.room.messages.filter((message) => this.belongs(message));
    this.log.replaceChildren(...shown.map((message) => this.bubbleFor(message)));
    if (!shown.length) this.log.append(this.empty());
    this.mark();
    requestAnimationFrame(() => this.scrollDown());
  }

  empty() {
    const fresh = this.room.private && !this.room.started;
    return make("div", { class: "empty" }, make("p", {}, fresh || this.room.private ? t("empty") : t("emptyTopic")),
      fresh ? make("p", { class: "hint" }, t("emptyHint")) : null,
      fresh ? make("button", { type: "button", class: "primary", dataset: { role: "start" }, onclick: () => this.attempt("start", {}) }, t("start")) : null);
  }

  // Neighbours of one sender stand closer together.
  mark() {
    let before = null;
    for (const node of this.log.children) {
      const side = node.classList.contains("own") ? "own" : node.classList.contains("theirs") ? "theirs" : "";
      node.classList.toggle("next", side !== "" && side === before);
      before = side;
    }
  }

  find(number) { return this.log.querySelector(`[data-message-id="${number}"]`); }

  jump(number) {
    const node = this.find(number);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("flash");
    requestAnimationFrame(() => node.classList.add("flash"));
  }

  // ---- what happens

  hear(event) {
    if (event.type === "answer" && event.person === this.seat.person.id && event.text) {
      if (event.show_alert) this.hooks.alert(event.text);
      else this.say_toast(event.text);
    }
    if (event.room !== this.place.key) return;
    const near = this.near();
    if (event.type === "message" && this.belongs(event.message)) {
      this.log.querySelector(".empty")?.remove();
      this.log.append(this.bubbleFor(event.message));
      if (event.message.from?.is_bot) this.showStatus("");
      this.mark();
      const own = event.message.from?.id === this.seat.person.id;
      if (near || own) this.scrollDown();
      if (!own) this.hooks.unread(this);
    } else if (event.type === "edit" || event.type === "reaction") {
      const message = this.room.messages.find((one) => one.message_id === (event.message?.message_id ?? event.message_id));
      if (message) this.find(message.message_id)?.replaceWith(this.bubbleFor(message));
      this.mark();
      if (near) this.scrollDown();
    } else if (event.type === "delete") {
      for (const number of event.ids) this.find(number)?.remove();
      if (!this.log.children.length) this.log.append(this.empty());
      this.mark();
    } else if (event.type === "blocked") {
      this.showBlocked(event.blocked);
    } else if (event.type === "keyboard") {
      this.composer.setKeyboard(event.keyboard);
    } else if (event.type === "topic") {
      this.refresh();
    } else if (event.type === "action" && (event.thread ?? null) === this.place.thread) {
      this.showStatus(t(ACTIONS[event.action] || "sending", { name: event.bot }));
    } else if (event.type === "draft") {
      this.showStatus(event.text);
    }
  }

  // Whether the newest messages are in sight, or nearly.
  near() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  scrollDown() {
    this.log.scrollTop = this.log.scrollHeight;
    // Pictures get their height late.
    for (const image of this.log.querySelectorAll("img")) {
      if (!image.complete) image.addEventListener("load", () => { this.log.scrollTop = this.log.scrollHeight; }, { once: true });
    }
  }

  showStatus(text) {
    clearTimeout(this.statusTimer);
    this.status.textContent = text;
    this.status.classList.toggle("live", text !== "");
    if (text) this.statusTimer = setTimeout(() => this.showStatus(""), 5000);
  }

  say_toast(text) {
    clearTimeout(this.toastTimer);
    this.toast.textContent = text;
    this.toast.hidden = false;
    this.toastTimer = setTimeout(() => { this.toast.hidden = true; }, 4000);
  }

  showBlocked(blocked) {
    this.switch.checked = blocked;
    this.blockLabel.hidden = !this.room.private;
    this.composer.setBlocked(Boolean(blocked && this.room.private));
  }

  // ---- what the person does

  async attempt(action, body) {
    try {
      await post(action, { ...this.where(), ...body });
      return true;
    } catch (why) {
      this.failed(why);
      return false;
    }
  }

  failed(why) {
    if (!(why instanceof Refused)) throw why;
    this.say_toast(t("failed", { why: why.message }));
  }

  say(text, replyTo) {
    return this.attempt("say", { text, ...this.thread(), ...(replyTo ? { reply_to: replyTo } : {}) });
  }

  async press(message, data, button) {
    button.classList.add("busy");
    await this.attempt("press", { message_id: message.message_id, button: data, wait: 10 });
    button.classList.remove("busy");
  }

  react(message) {
    const liked = this.room.reactions[message.message_id]?.["👍"];
    return this.attempt("react", { message_id: message.message_id, emoji: liked ? null : "👍" });
  }

  async block(blocked) {
    if (!await this.attempt(blocked ? "block" : "unblock", {})) this.showBlocked(!blocked);
  }
}

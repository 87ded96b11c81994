// The lower part of a chat: what the person writes, attaches and picks from the command menu.

import { icon, iconButton, make } from "./make.js";
import { t } from "./texts.js";
import { ask, post } from "./wire.js";
import { nameOf, summary } from "./bubble.js";

function kindOfFile(file, asFile) {
  if (asFile) return "document";
  if (/^image\/(png|jpeg|webp)$/.test(file.type)) return "photo";
  if (file.type === "image/gif") return "animation";
  if (file.type === "audio/ogg" || /\.(ogg|oga|opus)$/i.test(file.name)) return "voice";
  if (file.type.startsWith("audio/")) return "audio";
  if (file.type.startsWith("video/")) return "video";
  return "document";
}

export class Composer {
  constructor(column) {
    this.column = column;
    this.files = [];
    this.about = null; // { mode: "reply" | "edit", message }
    this.commands = [];
    this.menuAt = -1;
    this.root = make("div", { class: "foot" });
    this.build();
  }

  build() {
    const keep = this.input?.value || "";
    const number = this.column.seat.role;
    this.input = make("textarea", {
      rows: 1, maxlength: "4096", placeholder: t("write"), "aria-label": t("write"), dir: "auto",
      dataset: { role: "composer" }, "aria-controls": `menu-${number}`, autocomplete: "off",
      onkeydown: (event) => this.key(event), oninput: () => this.typed(), onpaste: (event) => this.paste(event),
    });
    this.input.value = keep;
    this.picker = make("input", { type: "file", multiple: true, hidden: true,
      onchange: () => { this.add([...this.picker.files], this.picker.dataset.as === "file"); this.picker.value = ""; } });
    this.attachMenu = make("div", { class: "popup attach-menu", hidden: true, role: "menu" },
      ...[["attachMedia", () => this.pick("media")], ["attachFile", () => this.pick("file")],
        ["attachLocation", () => this.other("location", { latitude: 31.2304, longitude: 121.4737 })],
        ["attachContact", () => this.other("contact", { phone_number: t("myContact"), first_name: this.column.seat.person.first_name, user_id: this.column.seat.person.id })],
      ].map(([key, act]) => make("button", { type: "button", role: "menuitem", onclick: () => { this.toggleAttach(false); act(); } }, t(key))));
    this.clip = iconButton("clip", t("attach"), () => this.toggleAttach(), { dataset: { role: "attach" }, "aria-haspopup": "menu", "aria-expanded": "false" });
    this.menu = make("div", { class: "popup menu", id: `menu-${number}`, role: "listbox", "aria-label": t("commands"), hidden: true });
    this.banner = make("div", { class: "banner", hidden: true });
    this.chips = make("div", { class: "chips", hidden: true });
    this.keys = make("div", { class: "reply-keys", hidden: true });
    this.form = make("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.clip, this.picker, this.input,
      make("button", { type: "submit", class: "icon send", "aria-label": t("send"), title: t("send"), dataset: { role: "send" } }, icon("send")));
    this.wall = make("div", { class: "wall", hidden: true }, make("span", {}, t("blocked")),
      make("button", { type: "button", class: "quiet", onclick: () => this.column.block(false) }, t("unblock")));
    this.root.replaceChildren(this.menu, this.attachMenu, this.banner, this.chips, this.form, this.wall, this.keys);
    this.showAbout();
    this.showFiles();
    this.grow();
  }

  // ---- what the room says

  setBlocked(blocked) {
    this.form.hidden = blocked;
    this.wall.hidden = !blocked;
  }

  setKeyboard(keyboard) {
    this.keys.hidden = !keyboard;
    this.keys.replaceChildren(...(keyboard?.keyboard || []).map((row) => make("div", { class: "keys-row" },
      ...row.map((key) => {
        const text = typeof key === "string" ? key : key.text;
        return make("button", { type: "button", class: "key", onclick: () => this.column.say(text) }, text);
      }))));
  }

  async learnCommands() {
    const found = await ask("menu", this.column.where());
    this.commands = found.commands || [];
  }

  // ---- writing

  // Put words in, ready to send.
  suggest(text) {
    this.input.value = text;
    this.grow();
    this.input.focus();
  }

  grow() {
    this.input.style.height = "";
    // Not on the page yet: nothing to measure, and the style sheet gives one line.
    if (this.input.scrollHeight) this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 160)}px`;
  }

  typed() {
    this.grow();
    const word = /^\/(\w*)$/.exec(this.input.value);
    if (!word) return this.closeMenu();
    const fitting = this.commands.filter((command) => command.command.startsWith(word[1].toLowerCase()));
    if (!fitting.length) return this.closeMenu();
    this.menuAt = -1;
    this.menu.hidden = false;
    this.menu.replaceChildren(...fitting.map((command, index) => make("button", {
      type: "button", role: "option", id: `${this.menu.id}-${index}`, tabindex: "-1", dataset: { command: command.command },
      onclick: () => { this.closeMenu(); this.clear(); this.column.say(`/${command.command}`); this.input.focus(); },
    }, make("strong", {}, `/${command.command}`), make("span", {}, command.description))));
    return undefined;
  }

  closeMenu() {
    this.menu.hidden = true;
    this.menu.replaceChildren();
    this.menuAt = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  move(step) {
    const options = [...this.menu.children];
    this.menuAt = (this.menuAt + step + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.menuAt)));
    options[this.menuAt].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.menuAt].id);
  }

  key(event) {
    if (!this.menu.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        return this.move(event.key === "ArrowDown" ? 1 : -1);
      }
      if (event.key === "Escape") return this.closeMenu();
      if (event.key === "Tab" && this.menuAt < 0) this.move(1);
      if ((event.key === "Tab" || event.key === "Enter") && this.menuAt >= 0) {
        event.preventDefault();
        this.input.value = `/${this.menu.children[this.menuAt].dataset.command} `;
        return this.closeMenu();
      }
    }
    if (event.key === "Escape") this.setAbout(null);
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    return undefined;
  }

  clear() {
    this.input.value = "";
    this.grow();
  }

  async send() {
    const text = this.input.value.trim();
    const about = this.about;
    const files = this.files;
    if (!text && !files.length) return;
    this.closeMenu();
    this.clear();
    this.files = [];
    this.setAbout(null);
    this.showFiles();
    let sent = true;
    if (about?.mode === "edit") {
      sent = await this.column.attempt("edit", { message_id: about.message.message_id, text });
    } else if (files.length) {
      for (const [index, one] of files.entries()) {
        sent = await this.upload(one, index === 0 ? text : "", index === 0 ? about : null) && sent;
      }
    } else {
      sent = await this.column.say(text, about?.message.message_id);
    }
    if (!sent && !this.input.value) this.input.value = text;
    this.input.focus();
  }

  async upload({ file, kind }, caption, about) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...this.column.where(), kind })) form.append(name, value);
    if (this.column.place.thread) form.append("thread", this.column.place.thread);
    if (caption) form.append("caption", caption);
    if (about) form.append("reply_to", about.message.message_id);
    form.append("data", file, file.name || "file");
    try {
      await post("send", form);
      return true;
    } catch (why) {
      this.column.failed(why);
      return false;
    }
  }

  other(kind, details) {
    this.column.attempt("send", { kind, ...details, ...this.column.thread() });
  }

  // ---- replying, editing, attaching

  setAbout(about) {
    if (this.about?.mode === "edit") this.clear();
    this.about = about;
    if (about?.mode === "edit") {
      this.input.value = about.message.text ?? about.message.caption ?? "";
      this.grow();
    }
    this.showAbout();
    if (about) this.input.focus();
  }

  showAbout() {
    const about = this.about;
    this.banner.hidden = !about;
    if (!about) return this.banner.replaceChildren();
    const title = about.mode === "edit" ? t("editing") : t("replyTo", { name: nameOf(about.message.from) });
    return this.banner.replaceChildren(icon(about.mode), make("div", {}, make("strong", {}, title),
      make("span", {}, summary(about.message))), iconButton("close", t("cancel"), () => this.setAbout(null)));
  }

  toggleAttach(open = this.attachMenu.hidden) {
    this.attachMenu.hidden = !open;
    this.clip.setAttribute("aria-expanded", String(open));
    if (open) this.attachMenu.querySelector("button").focus();
  }

  pick(what) {
    this.picker.dataset.as = what;
    this.picker.accept = what === "media" ? "image/*,video/*,audio/*" : "";
    this.picker.click();
  }

  paste(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  add(files, asFile = false) {
    this.files.push(...files.map((file) => ({ file, kind: kindOfFile(file, asFile) })));
    this.showFiles();
    this.input.focus();
  }

  showFiles() {
    this.chips.hidden = !this.files.length;
    this.chips.replaceChildren(...this.files.map((one) => make("span", { class: "chip" },
      make("span", {}, one.file.name || t(one.kind)), iconButton("close", t("remove"), () => {
        this.files = this.files.filter((other) => other !== one);
        this.showFiles();
      }))));
  }
}

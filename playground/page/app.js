// The page: one column per seat, kept up to date by the stream of changes.

import { DeskClock } from "./clock.js";
import { nameOf } from "./bubble.js";
import { Column } from "./column.js";
import { inOrder, lay } from "./layout.js";
import { icon, make } from "./make.js";
import { language, recalled, remember, switchLanguage, t, translate } from "./texts.js";
import { follow, post } from "./wire.js";

const desk = document.getElementById("desk");
const tabs = document.getElementById("tabs");
const link = document.getElementById("link");
const rooms = new Map();
const columns = new Map();
let connected = false;
let active = null;
let reopen = () => {};

// ---- appearance

const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = recalled("theme");
  return chosen ? chosen === "dark" : dark.matches;
}

function paint() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  const theme = document.getElementById("theme");
  theme.replaceChildren(icon(isDark() ? "sun" : "moon"));
  theme.setAttribute("aria-label", t("theme"));
  theme.title = t("theme");
}

function speak() {
  document.documentElement.lang = language();
  translate(document);
  const other = document.getElementById("language");
  other.textContent = t("languageName");
  other.setAttribute("aria-label", t("language"));
  tabs.setAttribute("aria-label", t("seats"));
  clock.build();
  showLink();
  paint();
}

function showLink() {
  link.textContent = connected ? t("connected") : t("reconnecting");
  link.classList.toggle("up", connected);
}

// ---- the desk's clock

const clock = new DeskClock(document.getElementById("clock"), (why) => hooks.alert(t("failed", { why: why.message })));

// ---- seats

function seated() {
  return inOrder(columns.keys()).map((role) => [role, columns.get(role)]);
}

// Put the columns where they belong; those that stand right are not touched: that would scroll them.
function place() {
  const all = seated();
  all.forEach(([, column], at) => {
    if (desk.children[at] !== column.root) desk.insertBefore(column.root, desk.children[at] || null);
  });
  lay(desk, all.map(([role]) => role), new Map(all.map(([role, column]) => [role, column.root])));
}

function activate(role) {
  if (role === active && columns.get(role)?.root.classList.contains("active")) return showTabs();
  active = role;
  for (const [name, column] of columns) {
    column.root.classList.toggle("active", name === role);
    if (name === role) {
      column.unread = 0;
      column.scrollDown();
    }
  }
  return showTabs();
}

function showTabs() {
  tabs.replaceChildren(...seated().map(([role, column]) => make("button", {
    type: "button", role: "tab", id: `tab-${role}`, "aria-selected": String(role === active),
    "aria-controls": column.root.id, tabindex: role === active ? "0" : "-1",
    onclick: () => activate(role),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const roles = seated().map(([name]) => name);
      const next = roles[(roles.indexOf(role) + step + roles.length) % roles.length];
      activate(next);
      document.getElementById(`tab-${next}`).focus();
    },
  }, make("span", { class: "tab-name" }, nameOf(column.seat.person)), make("span", { class: "tab-role" }, column.title()),
  column.unread ? make("span", { class: "badge", "aria-label": t("unread", { n: column.unread }) }, String(column.unread)) : null)));
  if (getComputedStyle(tabs).display !== "none") document.getElementById(`tab-${active}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const hooks = {
  alert(text) {
    const notice = document.getElementById("notice");
    notice.querySelector("p").textContent = text;
    notice.showModal();
  },
  unread(column) {
    if (column.seat.role === active || getComputedStyle(tabs).display === "none") return;
    column.unread += 1;
    showTabs();
  },
};

function take(snapshot) {
  rooms.clear();
  for (const room of Object.values(snapshot.rooms)) rooms.set(room.key, room);
  const roles = snapshot.seats.filter((seat) => seat.bot).map((seat) => seat.role);
  for (const [role, column] of columns) {
    if (!roles.includes(role)) {
      column.root.remove();
      columns.delete(role);
    }
  }
  for (const seat of snapshot.seats) {
    if (!seat.bot) continue;
    const known = columns.get(seat.role);
    if (known) {
      known.renew(seat);
    } else {
      const column = new Column(seat, rooms, hooks);
      columns.set(seat.role, column);
      desk.append(column.root);
    }
  }
  place();
  activate(columns.has(active) ? active : inOrder(roles)[0]);
  clock.look();
  document.body.classList.add("ready");
}

// ---- changes

function remember_change(event) {
  const room = rooms.get(event.room);
  if (!room) return;
  const at = (number) => room.messages.findIndex((one) => one.message_id === number);
  if (event.type === "message") {
    room.messages.push(event.message);
    room.started = true;
    const topic = event.message.forum_topic_created;
    if (topic) room.topics.push({ message_thread_id: event.message.message_thread_id, name: topic.name, closed: false });
  }
  if (event.type === "edit" && at(event.message.message_id) >= 0) room.messages[at(event.message.message_id)] = event.message;
  if (event.type === "delete") room.messages = room.messages.filter((one) => !event.ids.includes(one.message_id));
  if (event.type === "blocked") room.blocked = event.blocked;
  if (event.type === "keyboard") room.keyboard = event.keyboard;
  if (event.type === "reaction") room.reactions[event.message_id] = event.reactions;
  if (event.type === "topic" && event.gone) room.topics = room.topics.filter((one) => one.message_thread_id !== event.gone);
  if (event.type === "topic" && event.topic) {
    room.topics = room.topics.map((one) => (one.message_thread_id === event.topic.message_thread_id ? event.topic : one));
  }
}

function hear(event) {
  if (event.type === "snapshot") return take(event);
  if (event.type === "clock") return clock.show(event.clock);
  if (event.type === "seats" || event.type === "group" || (event.room && !rooms.has(event.room))) return reopen();
  remember_change(event);
  for (const column of columns.values()) {
    column.hear(event);
    if (event.type === "commands" && event.bot === column.seat.bot.id) column.composer.learnCommands();
    if (event.type === "message" && event.message.forum_topic_created) column.showPlaces();
  }
  // A command may have changed the hours.
  if (event.type === "message" || event.type === "edit") clock.lookSoon();
  return undefined;
}

// ---- a person more

const NAMES = ["Ben", "Cleo", "Dai", "Eva", "Finn", "Gu", "Hana", "Ivo", "Jun", "Kai", "Lin", "Mia"];
const KINDS = { customer: { first: 2001, title: "newCustomer" }, agent: { first: 1002, title: "newAgent" } };
const newcomer = document.getElementById("newcomer");
const nameField = newcomer.querySelector("input");
const hint = newcomer.querySelector(".sheet-hint");
let kind = "customer";

function ofKind() {
  return seated().map(([, column]) => column).filter((column) => column.seat.role.startsWith(kind));
}

function freeId() {
  const taken = new Set([...columns.values()].map((column) => column.seat.person.id));
  let number = KINDS[kind].first;
  while (taken.has(number)) number += 1;
  return number;
}

function showHint() {
  hint.hidden = kind !== "agent" || !columns.has("admin");
  hint.textContent = t("newAgentHint", { name: nameField.value.trim() || "…", id: freeId() });
}

function openNewcomer(wanted) {
  kind = wanted;
  const bots = new Map(ofKind().map((column) => [column.seat.bot.id, column.seat.bot]));
  const select = newcomer.querySelector("select");
  select.replaceChildren(...[...bots.values()].map((bot) => make("option", { value: String(bot.id) }, bot.first_name)));
  select.closest("label").hidden = bots.size < 2;
  newcomer.querySelector("h2").textContent = t(KINDS[kind].title);
  const known = new Set([...columns.values()].map((column) => column.seat.person.first_name));
  nameField.value = NAMES.find((name) => !known.has(name)) || "";
  showHint();
  newcomer.showModal();
  nameField.select();
}

newcomer.addEventListener("close", async () => {
  if (newcomer.returnValue !== "ok") return;
  newcomer.returnValue = "";
  const person = freeId();
  const name = nameField.value.trim();
  try {
    await post("seats", { person, first_name: name, title: name, bot: newcomer.querySelector("select").value, role: kind, language_code: ofKind()[0]?.seat.person.language_code });
  } catch (why) {
    hooks.alert(t("failed", { why: why.message }));
    return;
  }
  if (kind === "agent") columns.get("admin")?.composer.suggest(`/agent_add ${person} ${name}`);
});

nameField.addEventListener("input", showHint);
addEventListener("resize", place);
// Whoever reads the newest messages still does when the chats become lower.
new ResizeObserver(() => {
  for (const column of columns.values()) if (column.near()) column.scrollDown();
}).observe(desk);
document.getElementById("newcomer-cancel").addEventListener("click", () => newcomer.close(""));
document.getElementById("add-customer").addEventListener("click", () => openNewcomer("customer"));
document.getElementById("add-agent").addEventListener("click", () => openNewcomer("agent"));
document.getElementById("theme").addEventListener("click", () => {
  remember("theme", isDark() ? "light" : "dark");
  paint();
});
document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  speak();
  for (const column of columns.values()) column.build();
  showTabs();
});
dark.addEventListener("change", paint);
document.getElementById("viewer").addEventListener("click", (event) => event.currentTarget.close());
document.addEventListener("click", (event) => {
  for (const column of columns.values()) {
    const { composer } = column;
    if (!composer.clip.contains(event.target)) composer.toggleAttach(false);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const column of columns.values()) column.composer.toggleAttach(false);
});

speak();
reopen = follow(hear, (up) => {
  connected = up;
  showLink();
});

// Telegram's entities as elements. Offsets are UTF-16, which is what JavaScript counts as well.

import { make } from "./make.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function safeLink(address) {
  try {
    const url = new URL(address.includes(":") ? address : `https://${address}`);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function element(entity, text, onCommand) {
  const covered = text.slice(entity.offset, entity.offset + entity.length);
  if (entity.type in TAGS) return make(TAGS[entity.type]);
  if (entity.type === "spoiler") {
    return make("button", { type: "button", class: "spoiler", onclick: (e) => e.currentTarget.classList.add("shown") });
  }
  if (entity.type === "bot_command") {
    return make("button", { type: "button", class: "command", onclick: () => onCommand(covered) });
  }
  if (["text_link", "url", "email"].includes(entity.type)) {
    const address = safeLink(entity.url || (entity.type === "email" ? `mailto:${covered}` : covered));
    if (address) return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" });
  }
  if (["mention", "text_mention", "hashtag", "cashtag"].includes(entity.type)) {
    return make("span", { class: "mention" });
  }
  return make("span");
}

export function richText(text, entities = [], onCommand = () => {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (from, to, inside) => {
    const part = document.createDocumentFragment();
    let at = from;
    while (inside.length) {
      const entity = inside.shift();
      const end = Math.min(entity.offset + entity.length, to);
      if (entity.offset < at || end <= entity.offset) continue;
      part.append(text.slice(at, entity.offset));
      const nested = [];
      while (inside.length && inside[0].offset < end) nested.push(inside.shift());
      const node = element(entity, text, onCommand);
      node.append(build(entity.offset, end, nested));
      part.append(node);
      at = end;
    }
    part.append(text.slice(at, to));
    return part;
  };
  return build(0, text.length, sorted);
}

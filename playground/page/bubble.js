// One message as an element.

import { icon, iconButton, make } from "./make.js";
import { richText } from "./richtext.js";
import { t, time } from "./texts.js";
import { fileAddress } from "./wire.js";

const KINDS = ["photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker",
  "venue", "location", "contact", "dice", "poll"];

export function kindOf(message) {
  return KINDS.find((kind) => kind in message) || null;
}

export function summary(message) {
  const kind = kindOf(message);
  return message.text || message.caption || t(kind || "message");
}

export function nameOf(user) {
  return user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : "";
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function seconds(total) {
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

const SHOW = {
  photo(message) {
    const large = message.photo[message.photo.length - 1];
    const open = () => {
      const viewer = document.getElementById("viewer");
      viewer.querySelector("img").src = fileAddress(large);
      viewer.showModal();
    };
    return make("button", { type: "button", class: "photo", "aria-label": t("openPhoto"), onclick: open },
      make("img", { src: fileAddress(large), alt: message.caption || t("photo"),
        width: String(large.width), height: String(large.height) }));
  },
  voice(message) {
    return make("div", { class: "player" },
      make("audio", { controls: true, preload: "metadata", src: fileAddress(message.voice), "aria-label": t("voice") }),
      make("small", {}, seconds(message.voice.duration || 0)));
  },
  audio(message) {
    const { performer, title, file_name: name } = message.audio;
    return make("div", { class: "player" },
      make("strong", {}, [performer, title].filter(Boolean).join(" – ") || name || t("audio")),
      make("audio", { controls: true, preload: "metadata", src: fileAddress(message.audio) }));
  },
  video(message) {
    return make("video", { class: "video", controls: true, preload: "metadata", src: fileAddress(message.video), "aria-label": t("video") });
  },
  video_note(message) {
    return make("video", { class: "video round", controls: true, preload: "metadata", src: fileAddress(message.video_note), "aria-label": t("video_note") });
  },
  animation(message) {
    if ((message.animation.mime_type || "").startsWith("image/")) {
      return make("img", { class: "video", src: fileAddress(message.animation), alt: t("animation") });
    }
    return make("video", { class: "video", loop: true, muted: true, autoplay: true, playsinline: true, src: fileAddress(message.animation) });
  },
  document(message) {
    const { file_name: name, file_size: bytes } = message.document;
    return make("a", { class: "card file", href: fileAddress(message.document), download: name || "file", "aria-label": t("download", { name }) },
      make("span", { class: "card-icon" }, icon("file")),
      make("span", {}, make("strong", {}, name || t("document")), make("small", {}, size(bytes || 0))));
  },
  sticker(message) {
    if (message.sticker.is_animated || message.sticker.is_video) {
      return make("span", { class: "emoji" }, message.sticker.emoji || "🙂");
    }
    const image = make("img", { class: "sticker", src: fileAddress(message.sticker), alt: message.sticker.emoji || t("sticker") });
    image.addEventListener("error", () => image.replaceWith(make("span", { class: "emoji" }, message.sticker.emoji || "🙂")), { once: true });
    return image;
  },
  location(message) {
    const { latitude, longitude } = message.location;
    return place(t("location"), `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
  },
  venue(message) {
    return place(message.venue.title, message.venue.address);
  },
  contact(message) {
    return make("div", { class: "card" },
      make("span", { class: "card-icon letter" }, (message.contact.first_name || "?").slice(0, 1)),
      make("span", {}, make("strong", {}, nameOf(message.contact)), make("small", {}, message.contact.phone_number)));
  },
  dice(message) {
    return make("span", { class: "emoji" }, `${message.dice.emoji} ${message.dice.value}`);
  },
  poll(message) {
    return make("div", { class: "poll" }, make("strong", {}, message.poll.question),
      make("ul", {}, ...message.poll.options.map((option) => make("li", {}, option.text))));
  },
};

function place(title, detail) {
  return make("div", { class: "card" }, make("span", { class: "card-icon" }, icon("pin")),
    make("span", {}, make("strong", {}, title), make("small", {}, detail)));
}

function service(message) {
  if (message.forum_topic_created) return t("topicCreated", message.forum_topic_created);
  if (message.forum_topic_edited) return t("topicEdited", message.forum_topic_edited);
  if (message.forum_topic_closed) return t("topicClosed");
  if (message.forum_topic_reopened) return t("topicReopened");
  if (message.pinned_message) return t("pinned", { text: summary(message.pinned_message) });
  return "text" in message || kindOf(message) ? null : t("service");
}

function keyboard(message, acts) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return make("div", { class: "keys" }, ...rows.map((row) => make("div", { class: "keys-row" },
    ...row.map((button) => {
      if (button.callback_data !== undefined) {
        return make("button", { type: "button", class: "key", dataset: { callback: button.callback_data },
          onclick: (event) => acts.press(message, button.callback_data, event.currentTarget) }, button.text);
      }
      if (button.url && /^https?:/.test(button.url)) {
        return make("a", { class: "key", href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.text, " ↗");
      }
      if (button.copy_text) {
        return make("button", { type: "button", class: "key", onclick: () => acts.copy(button.copy_text.text) }, button.text);
      }
      return make("button", { type: "button", class: "key", disabled: true, title: t("unsupportedButton") }, button.text);
    }))));
}

function quote(message, me, acts) {
  const quoted = message.reply_to_message;
  if (!quoted || quoted.forum_topic_created) return null;
  return make("button", { type: "button", class: "quote", onclick: () => acts.jump(quoted.message_id) },
    make("strong", {}, quoted.from?.id === me ? t("you") : nameOf(quoted.from)),
    make("span", {}, message.quote?.text || summary(quoted)));
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return null;
  const name = nameOf(from.sender_user) || from.sender_user_name || from.chat?.title || "";
  return make("small", { class: "origin" }, t("forwarded", { name }));
}

// acts: press, copy, jump, reply, edit, react, command
export function bubble(message, { me, group, reactions, acts }) {
  const said = service(message);
  if (said !== null) {
    return make("div", { class: "bubble service", dataset: { messageId: message.message_id } }, said);
  }
  const own = message.from?.id === me;
  const kind = kindOf(message);
  const text = message.text ?? message.caption;
  const bare = ["sticker", "dice"].includes(kind);
  const counts = Object.entries(reactions || {});
  const meta = make("small", { class: "meta" },
    message.edit_date ? make("span", { class: "edited" }, t("edited")) : null,
    make("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date)));
  const body = make("div", { class: "body" },
    group && !own ? make("strong", { class: "author" }, nameOf(message.from)) : null,
    origin(message), quote(message, me, acts),
    kind ? SHOW[kind](message) : null,
    text ? make("div", { class: "text", dir: "auto" },
      richText(text, message.entities || message.caption_entities, acts.command)) : null,
    meta);
  const tools = make("div", { class: "tools" },
    iconButton("reply", t("reply"), () => acts.reply(message)),
    own && text !== undefined ? iconButton("edit", t("edit"), () => acts.edit(message)) : null,
    iconButton("heart", t("react"), () => acts.react(message)));
  return make("article", {
    class: `bubble ${own ? "own" : "theirs"}${bare ? " bare" : ""}${kind ? ` has-${kind}` : ""}`,
    dataset: { messageId: message.message_id },
  }, make("div", { class: "row", tabindex: "-1" }, body, tools), keyboard(message, acts),
  counts.length ? make("div", { class: "reactions" },
    ...counts.map(([emoji, count]) => make("span", {}, count > 1 ? `${emoji} ${count}` : emoji))) : null);
}

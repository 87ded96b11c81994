// Talking to the playground: control calls and the stream of changes. Addresses are relative.

import { t } from "./texts.js";

export class Refused extends Error {}

export async function post(action, body) {
  const form = body instanceof FormData;
  let answer;
  try {
    answer = await fetch(`control/${action}`, {
      method: "POST",
      headers: form ? {} : { "Content-Type": "application/json" },
      body: form ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused(t("offline"));
  }
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(result.error || String(answer.status));
  return result;
}

export async function ask(question, query) {
  const answer = await fetch(`control/${question}?${new URLSearchParams(query)}`);
  return answer.ok ? answer.json() : {};
}

export function fileAddress(file) {
  return `control/files/${encodeURIComponent(file.file_unique_id)}`;
}

// Follow what happens; the browser connects again by itself and gets a new snapshot then.
export function follow(onEvent, onState) {
  let source;
  const open = () => {
    source?.close();
    source = new EventSource("control/events?seats=1");
    source.onopen = () => onState(true);
    source.onerror = () => {
      onState(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1500);
    };
    source.onmessage = (message) => onEvent(JSON.parse(message.data));
  };
  open();
  return open;
}

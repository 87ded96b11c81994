// Building elements. Text always goes in as a text node, never as markup.

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const ICONS = {
  send: "M3.4 20.4 21 12 3.4 3.6 3.4 10.2 15 12 3.4 13.8z",
  clip: "M16.5 6.5v10a4.5 4.5 0 0 1-9 0V5.8a3 3 0 0 1 6 0v10a1.5 1.5 0 0 1-3 0V6.5H9v9.3a3 3 0 0 0 6 0V5.8a4.5 4.5 0 0 0-9 0v10.7a6 6 0 0 0 12 0v-10z",
  reply: "M10 9V5l-7 7 7 7v-4.1c5 0 8.5 1.6 11 5.1-1-5-4-10-11-11z",
  edit: "M4 17.2V20h2.8L17.6 9.2l-2.8-2.8zM20.2 6.6a.9.9 0 0 0 0-1.3l-1.5-1.5a.9.9 0 0 0-1.3 0l-1.4 1.4 2.8 2.8z",
  heart: "M12 20.3 10.7 19C5.8 14.6 3 12 3 8.8A4.6 4.6 0 0 1 7.6 4 5 5 0 0 1 12 6.3 5 5 0 0 1 16.4 4 4.6 4.6 0 0 1 21 8.8c0 3.2-2.8 5.8-7.7 10.2z",
  file: "M6 2a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8l-6-6zm7 7V3.5L18.5 9z",
  pin: "M12 2a7 7 0 0 0-7 7c0 5.2 7 13 7 13s7-7.8 7-13a7 7 0 0 0-7-7zm0 9.5A2.5 2.5 0 1 1 12 6.500a2.5 2.5 0 0 1 0 5z",
  close: "M18.3 5.7 12 12l6.300 6.300-1.400 1.400L10.600 13.400 4.300 19.700 2.900 18.300 9.200 12 2.900 5.700 4.300 4.300 10.600 10.600 16.900 4.300z",
  back: "M12 5V1.500L6.500 7 12 12.500V8a5.500 5.500 0 1 1-5.500 5.500h-3A8.500 8.500 0 1 0 12 5z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v3h-2zM11 20h2v3h-2zM1 11h3v2H1zM20 11h3v2h-3zM4.200 2.800l2.100 2.100-1.400 1.400-2.100-2.100zM19.100 17.700l2.100 2.100-1.400 1.400-2.100-2.100zM2.800 19.800l2.100-2.100 1.400 1.400-2.100 2.100zM17.700 4.900l2.100-2.100 1.400 1.400-2.100 2.100z",
  moon: "M12.300 3a9 9 0 1 0 8.700 11.400A7 7 0 0 1 12.300 3z",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, extra = {}) {
  return make("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick, ...extra }, icon(name));
}

// Line icons, drawn on a 24 x 24 grid.

const PATHS = {
  back: "M15 5l-7 7 7 7",
  send: "M3.5 20L21 12 3.5 4v6.2l10 1.8-10 1.8z",
  slash: "M15 5L9 19",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z",
  news: "M4 5h13v12a2 2 0 002 2H6a2 2 0 01-2-2zM17 9h3v8a2 2 0 01-2 2M7.5 9h6M7.5 12.5h6M7.5 16h4",
  chats: "M4 6.5A2.5 2.5 0 016.5 4h11A2.5 2.5 0 0120 6.5v7a2.5 2.5 0 01-2.5 2.5H10l-5 4v-4.2A2.5 2.5 0 014 13.5z",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  pin: "M12 21s7-6.2 7-11.5A7 7 0 005 9.5C5 14.8 12 21 12 21zM12 7.5a2.2 2.2 0 100 4.4 2.2 2.2 0 000-4.4z",
  smile: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM8.5 14c1.8 2.4 5.2 2.4 7 0M9 9.5v.01M15 9.5v.01",
  reply: "M10 7L4 12l6 5v-3.5c5 0 8 1.2 10 4.5-.4-5.6-4-9-10-9z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  link: "M8 16L16 8M9.5 8H16v6.5",
  ban: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM6 6l12 12",
  check: "M4.5 12.5l5 5 10-11",
  group: "M9 11.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 19.5c.5-4 3-6 6.5-6s6 2 6.5 6M16 5a3.3 3.3 0 010 6.3M18 14c2 .8 3.2 2.7 3.5 5.5",
  channel: "M4 10v4h3l9 5V5L7 10zM19 9.5c1.3 1.3 1.3 3.7 0 5",
  bolt: "M13 3L5 13.5h6L10 21l8-10.5h-6z",
};
const SVG = "http://www.w3.org/2000/svg";

/** One icon as an SVG element, hidden from assistive technology. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

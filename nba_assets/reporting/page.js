"use strict";
// Fills the places of the charts; follows the theme of the system, the width of the window, mouse and keyboard.
const facts = JSON.parse(document.getElementById("facts").textContent);
const cells = facts.cells, tables = cells.tables, DAY = 86400000, SIGN = 10, start = Date.parse(cells.first + "T00:00:00Z");
const byId = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dateOf = (at) => new Date(start + at * DAY).toISOString().slice(0, 10);
const isNarrow = () => byId("map").clientWidth < 620;
const SERIES = ["#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
const shown = { from: 0, to: cells.days - 1, season: "", month: "", colour: "state", cursor: null };
let map = null;
let charted = 0;

function themed(spec, extra) {
  const own = { THEME: Object.keys(facts.states).map((letter) => css("--" + letter)), SERIES, INK: css("--ink"), ACCENT: css("--s"), ...extra };
  const text = JSON.stringify(spec, (key, value) => (typeof value === "string" && value in own ? own[value] : value));
  return JSON.parse(text);
}

function look() {
  const ink = css("--ink"), dim = css("--dim"), line = css("--line");
  const axis = { labelColor: ink, titleColor: dim, gridColor: line, domainColor: line, tickColor: line, labelFontSize: isNarrow() ? 10 : 12 };
  return { background: null, font: "system-ui, sans-serif", view: { stroke: null }, axis, legend: { labelColor: ink, titleColor: dim, labelFontSize: 12 } };
}

function shareOf(table) {
  const share = new Float32Array(cells.days).fill(1);
  table.completeness.forEach(([at, value]) => { share[at] = value; });
  for (let at = 0; at < cells.days; at++) if ("mhx".includes(table.states[at]) && table.rows[at] === 0) share[at] = -1;
  return share;
}

// Runs of equal dates are one rectangle; in a month every date has its own. Signs that would touch are left out.
function rectangles() {
  const found = [], glyphs = [], isMonth = shown.to - shown.from < 62, byShare = shown.colour === "completeness";
  const apart = (SIGN * (shown.to - shown.from + 1)) / (byId("map").clientWidth - (isNarrow() ? 120 : 200));
  for (const table of tables) {
    const share = byShare ? (table.share ||= shareOf(table)) : null;
    let signed = -Infinity;
    for (let at = shown.from; at <= shown.to;) {
      let end = at + 1;
      const same = (next) => (byShare ? share[next] === share[at] : table.states[next] === table.states[at]);
      while (!isMonth && end <= shown.to && same(end)) end++;
      const letter = table.states[at], gap = isMonth ? DAY * 0.06 : 0;
      found.push({ table: table.name, from: start + at * DAY + gap, to: start + end * DAY - gap, letter, share: byShare ? share[at] : 0 });
      const middle = (at + end) / 2;
      if (facts.glyphs[letter] && !byShare && middle - signed >= apart) {
        glyphs.push({ table: table.name, middle: start + middle * DAY, glyph: facts.glyphs[letter] });
        signed = middle;
      }
      at = end;
    }
  }
  return [found, glyphs];
}

async function drawMap() {
  const mine = ++charted;
  const spec = themed(facts.charts.map);
  const domain = [start + shown.from * DAY, start + (shown.to + 1) * DAY];
  const [rows, glyphs] = rectangles();
  for (const layer of spec.layer) {
    delete layer.encoding.x.scale;
    layer.encoding.y.axis = isNarrow() ? { labelLimit: 112, ticks: false, domain: false } : { labelLimit: 190, ticks: false, domain: false };
  }
  if (shown.to - shown.from > 500) spec.layer[0].encoding.x.axis = { format: "%b %Y", labelOverlap: true };
  spec.layer[0].encoding.x.scale = { type: "utc", nice: false, domainMin: domain[0], domainMax: domain[1] };
  if (shown.colour === "completeness")
    spec.layer[0].encoding.color = {
      condition: { test: "datum.share < 0", value: css("--m") }, field: "share", type: "quantitative",
      scale: { scheme: "viridis", domain: [0, 1] }, legend: null,
    };
  if (!glyphs.length) spec.layer.splice(1, 1);
  spec.datasets = { cells: rows, glyphs, cursor: cursorRows() };
  const result = await vegaEmbed("#map", spec, { actions: false, renderer: "canvas", config: look() });
  if (mine !== charted) { result.finalize(); return; }
  if (map) map.finalize();
  map = result;
  byId("map").setAttribute("role", "application");
  document.querySelectorAll("#map .vega-embed, #map canvas").forEach((part) => { part.setAttribute("aria-hidden", "true"); part.removeAttribute("role"); });
}

function cursorRows() {
  const [table, at] = shown.cursor || [0, shown.from];
  const isSeen = shown.cursor !== null && shown.from <= at && at <= shown.to;
  const left = isSeen ? at : shown.from;
  return [{ table: tables[table].name, from: start + left * DAY, to: start + (left + 1) * DAY, isSeen }];
}

function detail(index, at) {
  const table = tables[index], letter = table.states[at], rows = table.rows[at];
  const short = table.completeness.find(([day]) => day === at);
  const weekday = new Date(start + at * DAY).toLocaleDateString("en", { weekday: "short", timeZone: "UTC" });
  const why = table.reasons.filter(([first, last]) => first <= at && at <= last).map(([, , text]) => cells.texts[text]);
  const parts = [`${table.name}, ${weekday} ${dateOf(at)}: ${facts.states[letter]}`, `${rows.toLocaleString("en")} rows`];
  if (short) parts.push(`${(100 * short[1]).toFixed(1)} % of what is due`);
  if ("diu".includes(letter)) parts.push(`${cells.games[at]} ${cells.games[at] === 1 ? "game" : "games"} scheduled`);
  let said = parts.join(", ") + "." + (why.length ? " " + why.slice(0, 3).join("; ") + "." : "");
  if (why.length > 3) said += ` And ${why.length - 3} more reasons.`;
  return "rgd".includes(letter) ? said : `${said} More: nba-assets explain ${table.name} ${dateOf(at)}`;
}

function tell(index, at) { byId("detail").textContent = detail(index, at); }

function place(index, at) {
  shown.cursor = [Math.max(0, Math.min(tables.length - 1, index)), Math.max(0, Math.min(cells.days - 1, at))];
  tell(...shown.cursor);
  if (shown.cursor[1] < shown.from || shown.cursor[1] > shown.to) { showDate(shown.cursor[1], shown.month !== ""); return; }
  if (map) map.view.data("cursor", cursorRows()).runAsync();
}

// --- season and month
const monthsOf = (from, to) => {
  const found = new Map();
  for (let at = from; at <= to; at++) {
    const name = dateOf(at).slice(0, 7);
    const month = found.get(name) || { name, from: at, to: at, odd: 0 };
    month.to = at;
    for (const table of tables) if (!facts.plain.includes(table.states[at])) month.odd++;
    found.set(name, month);
  }
  return [...found.values()];
};
const allMonths = monthsOf(0, cells.days - 1);
const seasonOf = (at) => facts.seasons.find((season) => season.from <= at && at <= season.to);
const monthOf = (at) => allMonths.find((month) => month.from <= at && at <= month.to);

function fill(select, options, value) {
  select.replaceChildren(...options.map(([name, text]) => new Option(text, name, false, name === value)));
}

function fillControls() {
  fill(byId("season"), [["", "all seasons"], ...[...facts.seasons].reverse().map((season) => [season.name, season.name])], shown.season);
  const season = facts.seasons.find((one) => one.name === shown.season);
  const months = season ? allMonths.filter((month) => month.to >= season.from && month.from <= season.to) : allMonths;
  const odd = (month) => (month.odd ? ` (${month.odd} to look at)` : "");
  fill(byId("month"), [["", "all months"], ...months.map((month) => [month.name, month.name + odd(month)])], shown.month);
  byId("earlier").disabled = shown.from === 0;
  byId("later").disabled = shown.to === cells.days - 1;
}

function show(season, month) {
  const range = allMonths.find((one) => one.name === month) || facts.seasons.find((one) => one.name === season) || { from: 0, to: cells.days - 1 };
  Object.assign(shown, { season, month, from: range.from, to: range.to });
  fillControls();
  return drawMap();
}

const showDate = (at, isMonth) => show(seasonOf(at).name, isMonth ? monthOf(at).name : "");

function step(direction) {
  const at = Math.max(0, Math.min(cells.days - 1, direction < 0 ? shown.from - 1 : shown.to + 1));
  if (shown.from === 0 && direction < 0) return;
  if (shown.to === cells.days - 1 && direction > 0) return;
  showDate(at, shown.month !== "");
}

byId("season").addEventListener("change", (event) => show(event.target.value, ""));
byId("month").addEventListener("change", (event) => {
  const month = allMonths.find((one) => one.name === event.target.value);
  show(month ? seasonOf(month.from).name : shown.season, event.target.value);
});
byId("colour").addEventListener("change", (event) => {
  shown.colour = event.target.value;
  byId("scale").hidden = shown.colour === "state";
  byId("legend").hidden = shown.colour !== "state";
  drawMap();
});
byId("earlier").addEventListener("click", () => step(-1));
byId("later").addEventListener("click", () => step(1));

// --- mouse and keyboard
function under(event) {
  if (!map) return null;
  const box = byId("map").querySelector("canvas").getBoundingClientRect(), [left, top] = map.view.origin();
  const at = Math.floor((map.view.scale("x").invert(event.clientX - box.left - left).getTime() - start) / DAY);
  const index = Math.floor((event.clientY - box.top - top) / map.view.scale("y").step());
  return index >= 0 && index < tables.length && at >= shown.from && at <= shown.to ? [index, at] : null;
}
byId("map").addEventListener("pointermove", (event) => { const found = under(event); if (found) tell(...found); });
byId("map").addEventListener("pointerdown", (event) => { const found = under(event); if (found) place(...found); });
byId("map").addEventListener("keydown", (event) => {
  const [index, at] = shown.cursor || [0, shown.to];
  const moves = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -30], PageDown: [0, 30],
    Home: [0, shown.from - at], End: [0, shown.to - at],
  };
  if (event.key in moves) {
    const [down, right] = moves[event.key];
    place(shown.cursor ? index + down : index, shown.cursor ? at + right : at);
  } else if (event.key === "Enter") showDate(at, true);
  else if (event.key === "Escape" && shown.month) showDate(at, false);
  else return;
  event.preventDefault();
});
document.querySelectorAll("button.show").forEach((button) => button.addEventListener("click", async () => {
  const at = Math.round((Date.parse(button.dataset.date + "T00:00:00Z") - start) / DAY);
  shown.cursor = [tables.findIndex((table) => table.name === button.dataset.table), at];
  await showDate(at, true);
  tell(...shown.cursor);
  byId("map-section").scrollIntoView();
  byId("map").focus({ preventScroll: true });
}));

// --- everything once, and again when theme or width change
async function drawAll() {
  await drawMap();
  performance.mark("map drawn");
  for (const name of ["models", "durations"])
    if (byId(name)) {
      await vegaEmbed("#" + name, themed(facts.charts[name]), { actions: false, renderer: "svg", config: look() });
      byId(name).querySelectorAll("svg, .vega-embed").forEach((part) => { part.setAttribute("aria-hidden", "true"); part.removeAttribute("role"); });
      byId(name).setAttribute("role", "img");
    }
}
const incident = document.querySelector("button.show");
const newest = (incident && monthOf(Math.round((Date.parse(incident.dataset.date + "T00:00:00Z") - start) / DAY)))
  || [...allMonths].reverse().find((month) => month.odd) || allMonths[allMonths.length - 1];
shown.season = seasonOf(newest.from).name;
if (isNarrow()) shown.month = newest.name;
const first = allMonths.find((one) => one.name === shown.month) || facts.seasons.find((one) => one.name === shown.season);
Object.assign(shown, { from: first.from, to: first.to });
fillControls();
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let width = innerWidth, waiting = 0;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 150);
});

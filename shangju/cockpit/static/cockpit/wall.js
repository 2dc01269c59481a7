// The wall: draws each table of figures as a chart whose points lead where the table's numbers lead, and asks for the
// figures again while the page is open.
import { init } from "../vendor/echarts.js";

const root = document.documentElement;
const wall = document.querySelector("[data-wall]");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const shownAsTables = new Set();
let charts = [];

const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const rem = () => parseFloat(getComputedStyle(root).fontSize);
const words = (cells) => [...cells].map((cell) => cell.textContent.trim());
const numbers = (cells) => [...cells].map((cell) => parseFloat(cell.textContent.replace(/[^\d.-]/g, "")) || 0);

function read(table) {
  const rows = [...table.tBodies[0].rows];
  return {
    columns: words(table.tHead.rows[0].cells).slice(1),
    names: rows.map((row) => row.cells[0].textContent.trim()),
    values: rows.map((row) => numbers([...row.cells].slice(1))),
    texts: rows.map((row) => words([...row.cells].slice(1))),
    links: rows.map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector("a")?.href)),
  };
}

const label = (size = 0.78) => ({ color: colour("--ink-soft"), fontSize: rem() * size, fontFamily: getComputedStyle(document.body).fontFamily });
// As text on the canvas: markup with styles of its own would break the security policy of the page.
const tip = () => ({ renderMode: "richText", confine: true, backgroundColor: colour("--sunken"), borderColor: colour("--wall-line"), textStyle: { ...label(0.85), color: colour("--ink") } });
const axis = () => ({ axisLabel: label(), axisLine: { lineStyle: { color: colour("--wall-line") } }, axisTick: { show: false }, splitLine: { lineStyle: { color: colour("--wall-line") } } });

function lines({ columns, names, values }) {
  const marks = ["circle", "rect", "triangle"];
  const tones = ["--wall-1", "--wall-2", "--wall-3"];
  return {
    tooltip: { ...tip(), trigger: "axis" },
    legend: { top: 0, right: 0, itemHeight: rem() * 0.6, itemWidth: rem() * 1.4, textStyle: label(0.82) },
    grid: { left: 0, right: rem() * 0.6, top: rem() * 2, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { ...axis(), type: "category", boundaryGap: false, data: names },
    yAxis: { ...axis(), type: "value", minInterval: 1, splitNumber: 3 },
    series: columns.map((name, at) => ({
      name, type: "line", data: values.map((row) => row[at]), symbol: marks[at], symbolSize: rem() * 0.4,
      lineStyle: { width: rem() * 0.14, color: colour(tones[at]) }, itemStyle: { color: colour(tones[at]) },
      areaStyle: at ? undefined : { color: colour(tones[at]), opacity: 0.14 },
    })),
  };
}

function bars({ names, values, texts }) {
  return {
    tooltip: { ...tip(), trigger: "item" },
    grid: { left: 0, right: rem() * 5.2, top: 0, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "value", show: false },
    yAxis: { ...axis(), type: "category", inverse: true, data: names, axisLine: { show: false }, axisLabel: { ...label(0.85), color: colour("--ink"), width: rem() * (matchMedia("(min-width: 80em)").matches ? 11.5 : 8.5), overflow: "truncate" } },
    series: [{
      type: "bar", data: values.map((row) => row[0]), barWidth: "58%", itemStyle: { color: colour("--wall-1"), borderRadius: rem() * 0.2 },
      label: { ...label(0.82), show: true, position: "right", formatter: ({ dataIndex }) => texts[dataIndex].join("  ") },
    }],
  };
}

function heat({ columns, names, values }) {
  const points = values.flatMap((row, day) => row.map((number, hour) => [hour, day, number]));
  const most = Math.max(1, ...points.map((point) => point[2]));
  const steps = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4"].map(colour);
  const edge = (step) => Math.ceil((most * step) / (steps.length - 1));
  const pieces = [{ lte: 0, color: steps[0] }, ...steps.slice(1).map((tone, at) => ({ gt: edge(at), lte: edge(at + 1), color: tone }))];
  return {
    tooltip: { ...tip(), formatter: ({ value }) => `${names[value[1]]} ${columns[value[0]]}:00–${columns[value[0]]}:59  ${value[2]}` },
    grid: { left: 0, right: 0, top: 0, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { ...axis(), type: "category", data: columns, splitLine: { show: false }, axisLine: { show: false }, axisLabel: { ...label(), interval: 2 } },
    yAxis: { ...axis(), type: "category", inverse: true, data: names, axisLine: { show: false }, splitLine: { show: false } },
    visualMap: { type: "piecewise", show: false, dimension: 2, pieces: pieces.filter(({ gt, lte }) => gt === undefined || gt < lte) },
    series: [{ type: "heatmap", data: points, itemStyle: { borderColor: colour("--bg"), borderWidth: rem() * 0.12, borderRadius: rem() * 0.15 } }],
  };
}

const KINDS = { lines, bars, heat };

// Which row and column of the table a place on the grid stands for; on the lines, the one that runs nearest.
const CELLS = {
  lines: (day, height, { values }) => {
    const away = values[day].map((number) => Math.abs(number - height));
    return [day, away.indexOf(Math.min(...away))];
  },
  bars: (_length, row) => [row, 0],
  heat: (hour, weekday) => [weekday, hour],
};

function lead(chart, kind, table) {
  chart.getZr().on("click", ({ offsetX, offsetY }) => {
    const point = [offsetX, offsetY];
    if (!chart.containPixel({ gridIndex: 0 }, point)) return;
    const [row, column] = CELLS[kind](...chart.convertFromPixel({ gridIndex: 0 }, point), table);
    const address = table.links[row]?.[column];
    if (address) location.assign(address);
  });
}

function draw(animated) {
  for (const chart of charts) chart.dispose();
  charts = [];
  for (const place of wall.querySelectorAll("[data-chart]")) {
    const kind = place.dataset.chart;
    place.querySelector(".chart__picture")?.remove();
    offerTable(place, kind);
    place.classList.toggle("chart--drawn", !shownAsTables.has(kind));
    if (shownAsTables.has(kind)) continue;
    const table = read(place.querySelector("table"));
    const picture = document.createElement("div");
    picture.className = "chart__picture";
    picture.setAttribute("aria-hidden", "true");
    place.prepend(picture);
    const chart = init(picture);
    chart.setOption({ animation: animated && !still, animationDuration: 600, ...KINDS[kind](table) });
    lead(chart, kind, table);
    charts.push(chart);
  }
}

// The table of a chart is there for everybody; while the chart stands in its place the keyboard passes its links by.
function offerTable(place, kind) {
  const button = wall.querySelector(`[data-switch="${kind}"]`);
  const isTable = shownAsTables.has(kind);
  for (const link of place.querySelectorAll("table a")) link.tabIndex = isTable ? 0 : -1;
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isTable));
  button.onclick = () => {
    if (!shownAsTables.delete(kind)) shownAsTables.add(kind);
    draw(false);
  };
}

const time = () => wall.querySelector("[data-time]");

function say(sentence) {
  const here = time();
  here.querySelector("[data-said]").textContent = sentence.replace("{time}", here.dataset.time);
  here.classList.add("wall__time--lost");
}

function nameOf(element) {
  const held = element?.closest?.("[data-wall] :is(a, button)");
  if (!held) return "";
  return held.dataset.switch ? `[data-switch="${held.dataset.switch}"]` : `a[href="${CSS.escape(held.getAttribute("href"))}"]`;
}

async function ask() {
  const answer = await fetch(wall.dataset.wall, { credentials: "same-origin" });
  if (answer.redirected || [401, 403, 404].includes(answer.status)) return say(wall.dataset.out);
  if (!answer.ok) return say(wall.dataset.lost);
  const held = nameOf(document.activeElement);
  wall.innerHTML = await answer.text();
  draw(false);
  if (held) wall.querySelector(held)?.focus({ preventScroll: true });
}

async function keepAsking() {
  try {
    if (!document.hidden) await ask();
  } catch {
    say(wall.dataset.lost);
  }
  setTimeout(keepAsking, wall.dataset.every * 1000);
}

draw(true);
setTimeout(keepAsking, wall.dataset.every * 1000);

let waiting;
new ResizeObserver(() => {
  clearTimeout(waiting);
  waiting = setTimeout(() => draw(false), 200);
}).observe(wall);

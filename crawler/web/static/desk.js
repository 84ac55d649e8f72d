// Draws each figure from the table below it: without this script the figures are still there.
"use strict";

const GREY = "var(--faint)";
const FONT = { fontSize: "12px" };

function rowsOf(figure) {
  const table = figure.querySelector("table");
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  return [...table.tBodies[0].rows].map((row) =>
    Object.fromEntries(names.map((name, i) => [name, row.cells[i].textContent])));
}

const time = (text) => (text ? new Date(text) : null);

// Labels of times on an axis: what changes on the first line, and below it the day or the year
// wherever it changes.
function labels(ticks) {
  const [day, year] = [d3.utcFormat("%-d %b %Y"), d3.utcFormat("%Y")];
  const fine = ticks.some((at) => d3.utcDay(at) < at);
  const months = ticks.length > 1 && ticks.every((at) => d3.utcMonth(at) >= at);
  const years = months && ticks.every((at) => d3.utcYear(at) >= at);
  const [upper, lower] = years ? [year, () => ""] : fine ? [d3.utcFormat("%H:%M"), day] : [d3.utcFormat(months ? "%b" : "%-d %b"), year];
  return ticks.map((at, n) => {
    const below = lower(at);
    return below && (n === 0 || lower(ticks[n - 1]) !== below) ? `${upper(at)}\n${below}` : upper(at);
  });
}

// An axis of time that is broken where nothing happened for most of it: one print years later would
// squeeze all others into a corner. The same rule as `crawler/cli/time_axis.py`. Places are pixels.
const SQUEEZED = 8;
const DAY = 864e5;
function timeAxis(rows, columns, width, { marginLeft, marginRight = 15, interval = null }) {
  const all = new Set(rows.flatMap((d) => columns.map((column) => d[column])).filter(Boolean));
  const times = d3.sort([...all].map(time));
  const end = (at) => (interval ? interval.offset(at) : at);
  const gaps = d3.pairs(times, (a, b) => b - end(a));
  const longest = d3.sort(d3.range(gaps.length), (n) => -gaps[n]);
  const room = width - marginLeft - marginRight;
  // Bars are all of one width, so that a lone one does not look like more.
  const [least, gap] = interval ? [0, 65] : narrow(width) ? [45, 20] : [70, 40];
  let span = end(times.at(-1)) - times[0];
  let [rest, broken] = [span, 0];
  for (let n = 0; n < longest.length && (n + 2) * (least + gap) < room; n++) {
    rest -= gaps[longest[n]];
    if (gaps[longest[n]] < DAY || rest === 0) break;
    if (rest * SQUEEZED <= span) [span, broken] = [rest, n + 1];
  }
  const cuts = d3.sort(longest.slice(0, broken));
  const parts = [-1, ...cuts].map((cut, n) => [times[cut + 1], end(times[n < broken ? cuts[n] : times.length - 1])]);
  const free = room - least * parts.length - gap * broken - 10;
  let from = marginLeft;
  const places = parts.map(([first, last]) => {
    const length = least + (free * (last - first)) / (span || 1);
    const [begin, end] = [from + 5, from + 5 + length];
    from = end + gap;
    return last - first ? [begin, end] : [(begin + end) / 2, (begin + end) / 2];
  });
  const place = d3.scaleUtc(parts.flat(), places.flat());
  const marked = parts.map(([first, last], n) => {
    const [begin, end] = places[n];
    let ticks = d3.utcTicks(first, last, Math.floor((end - begin) / 75));
    if (interval && ticks.some((at) => interval(at) < at)) {
      const every = interval.range(first, last);
      ticks = every.filter((_, tick) => tick % Math.ceil((75 * every.length) / (end - begin)) === 0);
    }
    if (interval) ticks = ticks.filter((at) => at < last);
    const shown = ticks.length && end - begin > 75 ? ticks : [first];
    // A day and a week are named below their middle, an hour where it begins.
    const within = (at) => (interval && interval !== d3.utcHour ? (place(at) + place(interval.offset(at))) / 2 : place(at));
    return labels(shown).map((text, tick) => [within(shown[tick]), text]);
  });
  const breaks = d3.pairs(places, ([, end], [begin]) => (end + begin) / 2);
  const ticks = new Map(marked.flat());
  return {
    place: (at) => (at ? place(at) : null),
    options: {
      x: { type: "linear", domain: [marginLeft, width - marginRight], range: [marginLeft, width - marginRight], label: null,
        ticks: [...ticks.keys()], tickFormat: (x) => ticks.get(x) },
      ...(broken && { caption: "╱╱ a long time without articles" }),
      marginLeft, marginRight, marginBottom: 40,
    },
    marks: [
      Plot.gridX([...ticks.keys()]),
      Plot.ruleX(breaks, { stroke: GREY, strokeDasharray: "2 4", strokeOpacity: 0.6 }),
      Plot.text(breaks, { x: (x) => x, frameAnchor: "bottom", dy: 12, text: () => "╱╱", fill: GREY }),
    ],
  };
}

const narrow = (width) => width < 500;
const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
const ofNames = (width) => (narrow(width) ? 100 : 150);
const outletAxis = (domain, width) => ({ domain, label: null, tickFormat: (outlet) => cut(outlet, narrow(width) ? 14 : 22) });

// Edges that are drawn at once, unless the slider is moved: of more, those of most copies.
const EDGES = 80;

// The edges with as many copies as the slider says; at first as many edges as can be read.
function atLeast(links) {
  const slider = document.getElementById("least");
  slider.closest("p").hidden = false;
  slider.max = d3.max(links, (d) => d.copies);
  if (!slider.dataset.given) {
    const copies = d3.sort(links.map((d) => d.copies), d3.descending);
    slider.dataset.given = slider.value = copies.length > EDGES ? Math.min(copies[EDGES] + 1, copies[0]) : 1;
  }
  const shown = links.filter((d) => d.copies >= +slider.value);
  const copies = slider.value === "1" ? "1 copy" : `${slider.value} copies`;
  slider.nextElementSibling.textContent = `${copies}: ${shown.length} of ${links.length} lines`;
  return shown;
}

// Days of outlets, the more the darker; a day without an article says why it has none.
const attention = (measure) => (rows, width) => {
  const days = [...new Set(rows.map((d) => d.day))].sort();
  const outlets = [...new Set(rows.map((d) => d.outlet))];
  const most = d3.max(rows, (d) => +d[measure]) || 1;
  const step = Math.ceil(days.length / Math.max(2, Math.floor(width / 90)));
  const shown = days.filter((_, n) => n % step === 0);
  const names = labels(shown.map(time));
  const of = (...states) => rows.filter((d) => states.includes(d.state));
  const said = (d) => `${d.outlet}, ${d.day}: ${d.state}\n${d.articles} of ${d.published} articles`;
  return Plot.plot({
    style: FONT, width, marginLeft: ofNames(width), marginRight: 15, marginBottom: 40, height: 70 + 20 * outlets.length, padding: 0.12,
    x: { domain: days, ticks: shown, tickFormat: (day) => names[shown.indexOf(day)], label: null },
    y: outletAxis(outlets, width),
    marks: [
      Plot.cell(of("not covered"), { x: "day", y: "outlet", fill: GREY, fillOpacity: 0.13 }),
      Plot.cell(of("covered"), { x: "day", y: "outlet", fill: "var(--link)", fillOpacity: (d) => 0.25 + 0.75 * Math.sqrt(+d[measure] / most) }),
      Plot.dot(of("silent"), { x: "day", y: "outlet", r: 1.5, fill: GREY }),
      Plot.dot(of("blind"), { x: "day", y: "outlet", symbol: "times", r: 2.5, stroke: GREY }),
      Plot.tip(rows, Plot.pointer({ x: "day", y: "outlet", title: said })),
    ],
  });
};

const PERCENT = { percent: true, domain: [0, 100], ticks: 4, tickFormat: (share) => `${share} %` };

// A bar for each hour, day or week.
function bars(rows, width, figure, { column, value, interval, fill = null, percent = false }) {
  // Figures side by side are compared, so they have one scale.
  const beside = [...(figure.closest(".pair") ?? figure.parentElement).querySelectorAll(`figure[data-plot=${figure.dataset.plot}]`)].flatMap(rowsOf);
  const most = d3.max(d3.rollup(beside, (own) => d3.sum(own, (d) => +d[value]), (d) => d[column]).values());
  const axis = timeAxis(rows, [column], width, { marginLeft: 40, interval });
  const from = (d) => time(d[column]);
  const number = (d) => (percent ? `${d3.format(".0%")(d[value])} of ${d.articles} articles` : `${d[value]} article${d[value] === "1" ? "" : "s"}`);
  return Plot.plot({
    style: FONT, width, height: 190, ...axis.options,
    y: { label: null, grid: true, ...(percent ? PERCENT : { domain: [0, most], ticks: Math.min(4, most) }) },
    color: { legend: fill !== null, scheme: "Observable10" },
    marks: [
      ...axis.marks,
      Plot.rectY(rows, {
        x1: (d) => axis.place(from(d)), x2: (d) => axis.place(interval.offset(from(d))), y: (d) => +d[value], fill: fill ?? "var(--link)",
        insetLeft: 0.5, insetRight: 0.5, tip: true,
        title: (d) => `${d[column].replace("T", " ").replace(":00Z", "")}${fill ? `, ${d[fill]}` : ""}\n${number(d)}`,
      }),
      Plot.ruleY([0]),
    ],
  });
}

const plots = {
  "attention-articles": attention("articles"),
  "attention-share": attention("share"),

  hours: (rows, width, figure) => bars(rows, width, figure, { column: "hour", value: "articles", interval: d3.utcHour, fill: "language" }),
  days: (rows, width, figure) => bars(rows, width, figure, { column: "day", value: "articles", interval: d3.utcDay }),
  weeks: (rows, width, figure) => bars(rows, width, figure, { column: "week", value: "share", interval: d3.utcMonday, percent: true }),

  timeline(rows, width) {
    const first = d3.rollup(rows, (own) => d3.min(own, (d) => d.at), (d) => d.outlet);
    const copies = d3.rollup(rows, (own) => own.length, (d) => d.copy_group);
    const outlets = d3.sort(first.keys(), (outlet) => first.get(outlet));
    const shared = [...copies].filter(([, n]) => n > 1).map(([group]) => group);
    const colour = d3.scaleOrdinal(shared, d3.schemeObservable10);
    const axis = timeAxis(rows, ["at"], width, { marginLeft: ofNames(width) });
    return Plot.plot({
      style: FONT, width, ...axis.options, height: 70 + 20 * outlets.length,
      y: outletAxis(outlets, width),
      marks: [
        ...axis.marks,
        Plot.dot(rows, {
          x: (d) => axis.place(time(d.at)), y: "outlet", r: 5, fillOpacity: 0.85,
          fill: (d) => (copies.get(d.copy_group) > 1 ? colour(d.copy_group) : GREY),
          href: (d) => `/article/${d.article}`, target: "_self", ariaLabel: (d) => `${d.outlet}: ${d.title}`,
        }),
        Plot.tip(rows, Plot.pointer({ x: (d) => axis.place(time(d.at)), y: "outlet", title: (d) => `${d.at}\n${d.outlet}\n${cut(d.title, 80)}` })),
      ],
    });
  },

  intervals(rows, width) {
    const known = rows.filter((d) => d.not_before);
    const from = d3.min(rows, (d) => time(d.not_before || d.not_after));
    const axis = timeAxis(rows, ["not_before", "not_after"], width, { marginLeft: ofNames(width) });
    return Plot.plot({
      style: FONT, width, ...axis.options, height: 70 + 18 * rows.length,
      y: outletAxis(rows.map((d) => d.outlet), width),
      marks: [
        ...axis.marks,
        Plot.ruleY(rows, { y: "outlet", x1: (d) => axis.place(time(d.not_before) || from), x2: (d) => axis.place(time(d.not_after)),
          stroke: (d) => (d.may_be_first === "1" ? "var(--link)" : GREY), strokeWidth: 3, strokeOpacity: 0.7 }),
        Plot.tickX(known, { y: "outlet", x: (d) => axis.place(time(d.not_before)), stroke: GREY }),
        Plot.dot(rows, { y: "outlet", x: (d) => axis.place(time(d.not_after)), r: 4,
          fill: (d) => (d.may_be_first === "1" ? "var(--link)" : GREY) }),
      ],
    });
  },

  shares(rows, width) {
    return Plot.plot({
      style: FONT, width, marginLeft: ofNames(width), height: 50 + 20 * rows.length,
      x: { ...PERCENT, label: null, grid: true }, y: outletAxis(rows.map((d) => d.outlet), width),
      marks: [Plot.barX(rows, { x: (d) => +d.share, y: "outlet", fill: "var(--link)", tip: true, title: (d) => `${d.outlet}\n${d.agency_copy} of ${d.articles} articles` }), Plot.ruleX([0])],
    });
  },

  // Two columns, since every line leads from one who was first to one who was later: names never
  // overlap, however many there are, and the order is that of the table.
  network(rows, width) {
    const agencies = new Set(document.getElementById("agencies").textContent.split(" "));
    const all = rows.map((d) => ({ from: d.earlier, to: d.later, copies: +d.copies, tied: +d.tied, lag: d.lag_hours }));
    const links = atLeast(all);
    const sums = (key) => d3.rollup(links, (own) => d3.sum(own, (d) => d.copies), (d) => d[key]);
    const [given, taken] = [sums("from"), sums("to")];
    const left = d3.sort(given.keys(), (id) => -given.get(id), (id) => id);
    // Each on the right stands near those on the left whose texts it ran.
    const place = d3.scalePoint(left, [0, 1]).padding(0.5);
    const middle = d3.rollup(links, (own) => d3.sum(own, (d) => d.copies * place(d.from)) / d3.sum(own, (d) => d.copies), (d) => d.to);
    const right = d3.sort(taken.keys(), (id) => middle.get(id), (id) => -taken.get(id), (id) => id);
    const margin = narrow(width) ? 125 : 210;
    const height = 50 + 18 * Math.max(left.length, right.length, 4);
    const rowsOfColumn = (ids) => d3.scalePoint(ids, [30, height - 10]).padding(0.5);
    const [yl, yr] = [rowsOfColumn(left), rowsOfColumn(right)];
    const [xl, xr] = [margin, width - margin];
    const thick = d3.scaleSqrt([0, d3.max(links, (d) => d.copies)], [0.5, 8]);
    const svg = d3.create("svg").attr("class", "net").attr("width", width).attr("height", height).attr("viewBox", [0, 0, width, height]);
    const heads = document.getElementById("network-heads").dataset;
    for (const [text, x, anchor] of [[heads.left, xl, "end"], [heads.right, xr, "start"]]) {
      svg.append("text").attr("x", x).attr("y", 14).attr("text-anchor", anchor).attr("font-size", 12).attr("fill", "var(--faint)").text(text);
    }
    const path = svg.append("g").attr("fill", "none").selectAll("path").data(d3.sort(links, (d) => d.copies)).join("path")
      .attr("d", (d) => `M${xl + 6},${yl(d.from)}C${(xl + xr) / 2},${yl(d.from)} ${(xl + xr) / 2},${yr(d.to)} ${xr - 6},${yr(d.to)}`)
      .attr("stroke", (d) => (agencies.has(d.from) ? "var(--agency)" : "var(--link)")).attr("stroke-width", (d) => thick(d.copies))
      .attr("stroke-dasharray", (d) => (d.tied === d.copies ? "3 3" : null));
    path.append("title").text((d) => `${d.from} → ${d.to}: ${d.copies} copies${d.tied ? `, ${d.tied} of them tied` : ""}${d.lag ? `, ${d.lag} h later` : ""}`);
    const ends = [
      ...left.map((id) => ({ id, side: "from", other: "to", n: given.get(id), says: "first with texts that ran in other outlets" })),
      ...right.map((id) => ({ id, side: "to", other: "from", n: taken.get(id), says: "ran texts that others had first" })),
    ];
    const node = svg.append("g").selectAll("a").data(ends).join("a").attr("href", (d) => `/outlet/${encodeURIComponent(d.id)}`)
      .attr("aria-label", (d) => `${d.id}: ${d.says}, copies: ${d.n}`)
      .attr("transform", (d) => (d.side === "from" ? `translate(${xl},${yl(d.id)})` : `translate(${xr},${yr(d.id)})`));
    node.append("circle").attr("r", 4).attr("fill", (d) => (agencies.has(d.id) ? "var(--agency)" : "var(--link)"));
    const name = (d, n) => (d.side === "from" ? `${cut(d.id, narrow(width) ? 13 : 24)} ${n}` : `${n} ${cut(d.id, narrow(width) ? 13 : 24)}`);
    const label = node.append("text").attr("x", (d) => (d.side === "from" ? -9 : 9)).attr("dy", "0.35em").attr("font-size", 12)
      .attr("text-anchor", (d) => (d.side === "from" ? "end" : "start")).attr("fill", "var(--ink)").text((d) => name(d, d.n));
    // Pointed to or gone to by keyboard, an outlet is shown alone with those it shares texts with,
    // and the numbers are of what they share.
    const isolate = (id) => {
      const shared = d3.rollup(links.filter((d) => d.from === id || d.to === id).flatMap((d) => [
        ["from", d.from, d.copies], ["to", d.to, d.copies]]), (own) => d3.sum(own, (d) => d[2]), (d) => d[0], (d) => d[1]);
      path.classed("off", (d) => id !== null && d.from !== id && d.to !== id);
      node.classed("off", (d) => id !== null && !shared.get(d.side)?.has(d.id));
      label.text((d) => name(d, id === null ? d.n : shared.get(d.side)?.get(d.id) ?? d.n));
    };
    node.on("pointerenter focus", (_, d) => isolate(d.id)).on("pointerleave blur", () => isolate(null));
    return svg.node();
  },
};

// What each figure was drawn from: one whose table has not changed stays as it is.
const drawn = new WeakMap();

function draw(figure) {
  const place = figure.querySelector(".drawing");
  const rows = rowsOf(figure);
  if (!rows.length || !place.clientWidth) return;
  const picture = plots[figure.dataset.plot](rows, place.clientWidth, figure);
  // Plot names groups of marks for screen readers; a name without a role is none.
  for (const group of picture.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  place.replaceChildren(picture);
  drawn.set(figure, figure.querySelector("table").textContent);
}

const figures = () => [...document.querySelectorAll("figure[data-plot]")];
figures().forEach(draw);
document.addEventListener("refreshed", () =>
  figures().filter((figure) => drawn.get(figure) !== figure.querySelector("table").textContent).forEach(draw));
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  figures().forEach(draw);
});

document.addEventListener("input", (event) => {
  if (event.target.id === "least") figures().forEach(draw);
});
// The address says what is seen, so that it can be sent to others.
document.addEventListener("change", (event) => {
  if (event.target.id !== "least") return;
  const address = new URL(location.href);
  address.searchParams.set("min_copies", event.target.value);
  history.replaceState(null, "", address);
});

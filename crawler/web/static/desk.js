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
const midnight = d3.utcFormat("%-d %b");
const clock = d3.utcFormat("%H:%M");
const stamp = (at) => (d3.utcDay(at) < at ? clock(at) : midnight(at));
const narrow = (width) => width < 500;
const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

// Days of outlets, the more the darker; a day without an article says why it has none.
const attention = (measure) => (rows, width) => {
  const days = [...new Set(rows.map((d) => d.day))].sort();
  const outlets = [...new Set(rows.map((d) => d.outlet))];
  const most = d3.max(rows, (d) => +d[measure]) || 1;
  const step = Math.ceil(days.length / Math.max(2, Math.floor(width / 90)));
  const of = (...states) => rows.filter((d) => states.includes(d.state));
  const said = (d) => `${d.outlet}, ${d.day}: ${d.state}\n${d.articles} of ${d.published} articles`;
  return Plot.plot({
    style: FONT, width, marginLeft: narrow(width) ? 100 : 150, marginRight: 15, height: 50 + 20 * outlets.length, padding: 0.12,
    x: { domain: days, ticks: days.filter((_, n) => n % step === 0), tickFormat: (day) => midnight(new Date(day)), label: null },
    y: { domain: outlets, label: null, tickFormat: (outlet) => cut(outlet, narrow(width) ? 14 : 22) },
    marks: [
      Plot.cell(of("not covered"), { x: "day", y: "outlet", fill: GREY, fillOpacity: 0.13 }),
      Plot.cell(of("covered"), { x: "day", y: "outlet", fill: "var(--link)", fillOpacity: (d) => 0.25 + 0.75 * Math.sqrt(+d[measure] / most) }),
      Plot.dot(of("silent"), { x: "day", y: "outlet", r: 1.5, fill: GREY }),
      Plot.dot(of("blind"), { x: "day", y: "outlet", symbol: "times", r: 2.5, stroke: GREY }),
      Plot.tip(rows, Plot.pointer({ x: "day", y: "outlet", title: said })),
    ],
  });
};

const plots = {
  "attention-articles": attention("articles"),
  "attention-share": attention("share"),

  hours(rows, width) {
    return Plot.plot({
      style: FONT, width, height: 190, marginLeft: 35,
      x: { type: "utc", tickFormat: stamp, label: null }, y: { label: null, grid: true, ticks: 4 },
      color: { legend: true, scheme: "Observable10" },
      marks: [
        Plot.rectY(rows, { x: (d) => time(d.hour), y: (d) => +d.articles, interval: "hour", fill: "language", tip: true }),
        Plot.ruleY([0]),
      ],
    });
  },

  timeline(rows, width) {
    const first = d3.rollup(rows, (own) => d3.min(own, (d) => d.at), (d) => d.outlet);
    const copies = d3.rollup(rows, (own) => own.length, (d) => d.copy_group);
    const outlets = d3.sort(first.keys(), (outlet) => first.get(outlet));
    const shared = [...copies].filter(([, n]) => n > 1).map(([group]) => group);
    const colour = d3.scaleOrdinal(shared, d3.schemeObservable10);
    return Plot.plot({
      style: FONT, width, marginLeft: narrow(width) ? 100 : 150, marginRight: 15, height: 60 + 20 * outlets.length,
      x: { type: "utc", tickFormat: stamp, label: null, grid: true, nice: true },
      y: { domain: outlets, label: null, tickFormat: (outlet) => cut(outlet, narrow(width) ? 14 : 22) },
      marks: [
        Plot.dot(rows, {
          x: (d) => time(d.at), y: "outlet", r: 5, fillOpacity: 0.85,
          fill: (d) => (copies.get(d.copy_group) > 1 ? colour(d.copy_group) : GREY),
          href: (d) => `/article/${d.article}`, target: "_self", ariaLabel: (d) => `${d.outlet}: ${d.title}`,
        }),
        Plot.tip(rows, Plot.pointer({ x: (d) => time(d.at), y: "outlet", title: (d) => `${d.at}\n${d.outlet}\n${cut(d.title, 80)}` })),
      ],
    });
  },

  intervals(rows, width) {
    const known = rows.filter((d) => d.not_before);
    const from = d3.min(rows, (d) => time(d.not_before || d.not_after));
    return Plot.plot({
      style: FONT, width, marginLeft: narrow(width) ? 100 : 150, marginRight: 15, height: 60 + 18 * rows.length,
      x: { type: "utc", tickFormat: stamp, label: null, grid: true, nice: true },
      y: { domain: rows.map((d) => d.outlet), label: null, tickFormat: (outlet) => cut(outlet, narrow(width) ? 14 : 22) },
      marks: [
        Plot.ruleY(rows, { y: "outlet", x1: (d) => time(d.not_before) || from, x2: (d) => time(d.not_after),
          stroke: (d) => (d.may_be_first === "1" ? "var(--link)" : GREY), strokeWidth: 3, strokeOpacity: 0.7 }),
        Plot.tickX(known, { y: "outlet", x: (d) => time(d.not_before), stroke: GREY }),
        Plot.dot(rows, { y: "outlet", x: (d) => time(d.not_after), r: 4,
          fill: (d) => (d.may_be_first === "1" ? "var(--link)" : GREY) }),
      ],
    });
  },

  days(rows, width) {
    return Plot.plot({
      style: FONT, width, height: 180, marginLeft: 40,
      x: { type: "utc", tickFormat: stamp, label: null }, y: { label: null, grid: true, ticks: 4 },
      marks: [
        Plot.rectY(rows, { x: (d) => time(d.day), y: (d) => +d.articles, interval: "day", fill: "var(--link)", tip: true }),
        Plot.ruleY([0]),
      ],
    });
  },

  weeks(rows, width) {
    return Plot.plot({
      style: FONT, width, height: 160, marginLeft: 40,
      x: { type: "utc", tickFormat: stamp, label: null }, y: { label: null, grid: true, percent: true, domain: [0, 100], ticks: 4 },
      marks: [
        Plot.rectY(rows, { x: (d) => time(d.week), y: (d) => +d.share, interval: "monday", fill: "var(--link)", tip: true }),
        Plot.ruleY([0]),
      ],
    });
  },

  shares(rows, width) {
    return Plot.plot({
      style: FONT, width, marginLeft: narrow(width) ? 100 : 150, height: 50 + 20 * rows.length,
      x: { label: null, percent: true, domain: [0, 100], grid: true }, y: { label: null, domain: rows.map((d) => d.outlet), tickFormat: (outlet) => cut(outlet, narrow(width) ? 14 : 22) },
      marks: [Plot.barX(rows, { x: (d) => +d.share, y: "outlet", fill: "var(--link)", tip: true }), Plot.ruleX([0])],
    });
  },

  network(rows, width) {
    const height = Math.min(640, Math.max(380, width * 0.7));
    const agencies = new Set(document.getElementById("agencies").textContent.split(" "));
    const links = rows.map((d) => ({ source: d.earlier, target: d.later, copies: +d.copies, lag: d.lag_hours }));
    const given = d3.rollup(links, (own) => d3.sum(own, (d) => d.copies), (d) => d.source);
    const nodes = [...new Set(links.flatMap((d) => [d.source, d.target]))].map((id) => ({ id, given: given.get(id) || 0 }));
    const size = d3.scaleSqrt([0, d3.max(nodes, (d) => d.given) || 1], [4, 18]);
    const thick = d3.scaleSqrt([0, d3.max(links, (d) => d.copies)], [0.5, 6]);
    const forces = d3.forceSimulation(nodes)
      .force("link", d3.forceLink(links).id((d) => d.id).distance(90).strength(0.25))
      .force("charge", d3.forceManyBody().strength(-220))
      .force("x", d3.forceX(width / 2).strength(0.07)).force("y", d3.forceY(height / 2).strength(0.1))
      .force("apart", d3.forceCollide((d) => size(d.given) + 14)).stop();
    forces.tick(300);
    // The forces settle anywhere; the picture is to fill its place.
    const across = d3.scaleLinear(d3.extent(nodes, (d) => d.x), [60, width - 60]);
    const down = d3.scaleLinear(d3.extent(nodes, (d) => d.y), [25, height - 35]);
    for (const node of nodes) [node.x, node.y] = [across(node.x), down(node.y)];
    const svg = d3.create("svg").attr("width", width).attr("height", height).attr("viewBox", [0, 0, width, height]);
    svg.append("defs").append("marker").attr("id", "arrow").attr("viewBox", "0 -4 8 8").attr("refX", 7)
      .attr("markerWidth", 9).attr("markerHeight", 9).attr("markerUnits", "userSpaceOnUse").attr("orient", "auto")
      .append("path").attr("d", "M0,-4L8,0L0,4").attr("fill", "var(--faint)");
    svg.append("g").attr("fill", "none").attr("stroke", "var(--faint)").attr("stroke-opacity", 0.45)
      .selectAll("path").data(links).join("path").attr("stroke-width", (d) => thick(d.copies)).attr("marker-end", "url(#arrow)")
      .attr("d", (d) => {
        // Bent to the right, so that both ways between two outlets can be seen; it ends at the rim.
        const [dx, dy] = [d.target.x - d.source.x, d.target.y - d.source.y];
        const length = Math.hypot(dx, dy) || 1;
        const [mx, my] = [(d.source.x + d.target.x) / 2 - dy * 0.12, (d.source.y + d.target.y) / 2 + dx * 0.12];
        const rim = size(d.target.given) + 2;
        const [ex, ey] = [d.target.x - mx, d.target.y - my];
        const end = Math.hypot(ex, ey) || 1;
        return length < 1 ? "" : `M${d.source.x},${d.source.y}Q${mx},${my} ${d.target.x - (ex / end) * rim},${d.target.y - (ey / end) * rim}`;
      })
      .append("title").text((d) => `${d.source.id} → ${d.target.id}: ${d.copies} copies, ${d.lag} h later`);
    const node = svg.append("g").selectAll("a").data(nodes).join("a")
      .attr("href", (d) => `/outlet/${encodeURIComponent(d.id)}`).attr("transform", (d) => `translate(${d.x},${d.y})`);
    node.append("circle").attr("r", (d) => size(d.given)).attr("fill", (d) => (agencies.has(d.id) ? "var(--agency)" : "var(--link)"))
      .attr("stroke", "var(--paper)").attr("stroke-width", 1.5);
    // A name that would overlap that of a larger circle is left out.
    const taken = [];
    const named = new Set(d3.sort(nodes, (d) => -d.given).filter((d) => {
      const [half, y] = [cut(d.id, 22).length * 3.5, d.y + size(d.given) + 12];
      const free = taken.every((other) => Math.abs(other.x - d.x) > other.half + half || Math.abs(other.y - y) > 13);
      if (free) taken.push({ x: d.x, y, half });
      return free;
    }));
    node.filter((d) => named.has(d)).append("text").attr("y", (d) => size(d.given) + 12).attr("text-anchor", "middle").attr("font-size", 12)
      .attr("fill", "var(--ink)").attr("stroke", "var(--paper)").attr("stroke-width", 3).attr("paint-order", "stroke").text((d) => cut(d.id, 22));
    node.append("title").text((d) => `${d.id}: ${d.given} of its texts ran in other outlets`);
    return svg.node();
  },
};

function draw(figure) {
  const place = figure.querySelector(".drawing");
  const rows = rowsOf(figure);
  if (!rows.length || !place.clientWidth) return;
  const drawn = plots[figure.dataset.plot](rows, place.clientWidth);
  // Plot names groups of marks for screen readers; a name without a role is none.
  for (const group of drawn.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  place.replaceChildren(drawn);
}

const figures = [...document.querySelectorAll("figure[data-plot]")];
figures.forEach(draw);
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  figures.forEach(draw);
});

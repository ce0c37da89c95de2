"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const spotOf = new Map(data.nodes.map((node) => [node.id, node]));
  const lineOf = new Map(data.lines.map(([key, label, one, width, dashes]) => [key, { label, one, width, dashes }]));
  const kindOf = ([, kind]) => (lineOf.has(kind) ? kind : "other");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const hollow = (group) => group === "person" || group === "other";

  function glyph(group) {
    const shape = data.groups.find(([key]) => key === group)[2];
    const path = el("path", { d: OUTLINES[shape], fill: hollow(group) ? "none" : ink(`--g-${group}`), stroke: ink(`--g-${group}`), "stroke-width": hollow(group) ? 2 : 0 });
    return el("svg", { class: "glyph", viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
  }

  function stroke(kind) {
    const { width, dashes } = lineOf.get(kind);
    const line = el("line", { x1: 0, x2: 26, y1: 5, y2: 5, stroke: ink(`--l-${kind}`), "stroke-width": width * 1.3, "stroke-dasharray": dashes.join(" ") || "none" });
    return el("svg", { class: "stroke", viewBox: "0 0 26 10", "aria-hidden": "true" }, line);
  }

  const ink = (token) => `var(${token})`;
  const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  const nameOf = (iri, label) => spotOf.has(iri)
    ? el("a", { class: "name", href: `#node=${encodeURIComponent(iri)}`, onclick: (event) => { event.preventDefault(); select(iri); } }, label)
    : el("span", { class: "name", title: "Not drawn on this map" }, label);

  /* ---- the drawing ---- */

  const night = matchMedia("(prefers-color-scheme: dark)");
  document.documentElement.dataset.theme = night.matches ? "dark" : "light";
  let theme = {};
  const first = looks();
  const nodes = new vis.DataSet(data.nodes.map(({ group, ...node }, at) => ({ ...node, ...first.marks[at] }))); // vis-network has colours of its own for groups
  const edges = new vis.DataSet(data.edges.map((edge, at) => ({ ...edge, ...first.lines[at] })));
  const touching = new Map(data.nodes.map((node) => [node.id, []]));
  for (const edge of data.edges) for (const end of [edge.from, edge.to]) touching.get(end).push(edge);
  const relationOf = (edge) => data.relations[data.ties[edge.id][0]][0];
  const firstLines = [...new Map(data.edges.map((edge) => [relationOf(edge), edge])).values()]; // one line for each relation
  const other = (edge, iri) => (edge.from === iri ? edge.to : edge.from);
  const bearers = new Map();
  for (const { id, label } of data.nodes) for (const name of new Set([label, ...data.actors[id].names])) bearers.set(name, (bearers.get(name) || 0) + 1);
  const wordsOf = (name) => name.split(/\s+/);
  /* A shorter name for a crowded place: an acronym, or a beginning in the label's own words, if nobody else has it. */
  function briefOf({ id, label }) {
    const own = new Set(wordsOf(label));
    const shorter = (name) => name.length < 0.8 * label.length && (/^(?=(?:.*\p{Lu}){2})\p{Lu}[\p{L}&-]{1,8}$/u.test(name) || (wordsOf(name).length > 1 && wordsOf(name)[0] === wordsOf(label)[0] && wordsOf(name).every((word) => own.has(word))));
    return data.actors[id].names.filter(shorter).sort((a, b) => a.length - b.length).find((name) => bearers.get(name) === 1);
  }
  const briefs = new Map(data.nodes.map((node) => [node.id, node.label.length > 12 ? briefOf(node) : undefined]));
  const byWeight = [...data.nodes].sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1));
  const stage = byId("stage");
  const network = new vis.Network(stage, { nodes, edges }, data.options);
  const state = { groupsOff: new Set(), kindsOff: new Set(), from: -Infinity, to: Infinity, undated: true, chosen: null, hovered: null };
  const hiddenNodes = new Set();
  const hiddenEdges = new Set();
  const labels = new Labels();

  /* The looks of all marks and lines in the present theme, as updates by id. */
  function looks() {
    theme = { paper: colour("--paper"), ink: colour("--ink"), veil: colour("--veil"), accent: colour("--accent") };
    const fill = new Map(data.groups.map(([key]) => [key, colour(`--g-${key}`)]));
    const line = new Map(data.lines.map(([key]) => [key, colour(`--l-${key}`)]));
    const opacity = data.edges.length > 2000 ? 0.4 : data.edges.length > 400 ? 0.5 : 0.7;
    const marks = data.nodes.map(({ id, group }) => ({
      id, borderWidth: hollow(group) ? 1.8 : 1, // pixels, however near the view is
      color: { background: hollow(group) ? theme.paper : fill.get(group), border: hollow(group) ? fill.get(group) : theme.paper },
    }));
    return { marks, lines: data.edges.map(({ id, kind }) => ({ id, color: { color: line.get(kind), hover: line.get(kind), opacity } })) };
  }

  /* What is chosen or pointed at, with its neighbours: the rest fades behind a veil. */
  function focus() {
    const on = state.chosen || state.hovered;
    if (!on) return null;
    const lines = on.edge !== undefined ? [edges.get(on.edge)] : touching.get(on.node);
    const shown = lines.filter((edge) => !hiddenEdges.has(edge.id));
    const centre = on.edge !== undefined ? [lines[0].from, lines[0].to] : [on.node];
    return { centre, lines: shown, actors: new Set([...centre, ...shown.flatMap((edge) => [edge.from, edge.to])]) };
  }

  network.on("afterDrawing", (context) => {
    const near = focus();
    const ratio = context.getTransform().a / network.getScale();
    if (near) {
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = theme.veil;
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
      context.restore();
      for (const { id } of near.lines) network.body.edges[id].draw(context);
      for (const iri of near.actors) if (!hiddenNodes.has(iri)) network.body.nodes[iri].draw(context);
    }
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (near) for (const iri of near.centre) drawRing(context, spotOf.get(iri));
    labels.draw(context, theme, { marks: marks(near), lines: threads(near), covers: covers(), centre: near ? new Set(near.centre) : null });
    context.restore();
  });

  /* The marks whose names may stand, the greatest first, in pixels of the stage. */
  function marks(near) {
    const scale = network.getScale();
    return byWeight.filter((node) => !hiddenNodes.has(node.id) && (!near || near.actors.has(node.id)))
      .map((node) => ({ id: node.id, label: node.label, brief: briefs.get(node.id), ...network.canvasToDOM(node), r: node.size * scale * (near && near.centre.includes(node.id) ? 1.25 : 1) }));
  }

  /* Points along the lines that are seen, in pixels of the stage; none where there are too many. */
  function threads(near) {
    const lines = (near ? near.lines : data.edges).filter((edge) => !hiddenEdges.has(edge.id));
    const steps = lines.length > 500 ? [] : Array.from({ length: 15 }, (_, at) => (at + 0.5) / 15);
    return lines.flatMap(({ id }) => steps.map((step) => network.canvasToDOM(network.body.edges[id].edgeType.getPoint(step))));
  }

  /* The boxes that stand before the stage, in its pixels. */
  function covers() {
    const { left, top } = stage.getBoundingClientRect();
    return ["legend", "panel", "zoom"].map((id) => byId(id).getBoundingClientRect()).filter((box) => box.width)
      .map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
  }

  function drawRing(context, node) {
    const { x, y } = network.canvasToDOM(node);
    context.beginPath();
    context.arc(x, y, node.size * network.getScale() * 1.25 + 2, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = theme.accent;
    context.stroke();
  }

  /* Show these actors as large as the part of the stage that nothing covers allows. */
  function frame(ids, animate = true) {
    const spots = ids.map((id) => spotOf.get(id));
    if (!spots.length) return;
    const size = stage.getBoundingClientRect();
    const narrow = innerWidth <= 760;
    const open = !byId("panel").hidden;
    const left = narrow ? 0 : 262 + 14;
    const right = !narrow && open ? byId("panel").offsetWidth + 14 : 0;
    const bottom = narrow && open ? byId("panel").offsetHeight : 0;
    const [x0, x1, y0, y1] = [Math.min(...spots.map((s) => s.x)), Math.max(...spots.map((s) => s.x)), Math.min(...spots.map((s) => s.y)), Math.max(...spots.map((s) => s.y))];
    const margin = (narrow ? 60 : 150) * (state.chosen ? 1.3 : 1);
    const fits = Math.min((size.width - left - right - margin) / (x1 - x0), (size.height - bottom - 90) / (y1 - y0));
    const nearest = (state.chosen ? 260 : 320) / data.spacing; // neighbours stand some 130 or 160 pixels apart
    const scale = Math.max(1e-4, Math.min(fits, nearest));
    network.moveTo({
      position: { x: (x0 + x1) / 2, y: (y0 + y1) / 2 }, scale, offset: { x: (left - right) / 2, y: -bottom / 2 },
      animation: animate && !calm && { duration: 420, easingFunction: "easeInOutQuad" },
    });
  }
  const visible = () => data.nodes.map((node) => node.id).filter((id) => !hiddenNodes.has(id));

  /* ---- what is shown ---- */

  function passes(edge) {
    if (state.kindsOff.has(edge.kind)) return false;
    return edge.years ? edge.years[0] <= state.to && edge.years[1] >= state.from : state.undated;
  }

  function refresh() {
    const passing = new Set(data.edges.filter(passes).map((edge) => edge.id));
    const stays = (node) => !state.groupsOff.has(node.group) && (!touching.get(node.id).length || touching.get(node.id).some((edge) => passing.has(edge.id)));
    const changed = (items, hidden, keep) => items.filter((item) => hidden.has(item.id) === keep(item)).map((item) => {
      if (keep(item)) hidden.delete(item.id); else hidden.add(item.id);
      return { id: item.id, hidden: hidden.has(item.id) };
    });
    nodes.update(changed(data.nodes, hiddenNodes, stays));
    edges.update(changed(data.edges, hiddenEdges, (edge) => passing.has(edge.id) && !hiddenNodes.has(edge.from) && !hiddenNodes.has(edge.to)));
    const full = !hiddenNodes.size && !hiddenEdges.size;
    const [actors, relations] = [data.nodes.length, firstLines.length];
    const drawn = [...new Map(data.edges.filter((edge) => !hiddenEdges.has(edge.id)).map((edge) => [relationOf(edge), edge])).values()];
    byId("shown").textContent = full ? `${plural(actors, "actor")}, ${plural(relations, "relation")}`
      : `${actors - hiddenNodes.size} of ${plural(actors, "actor")}, ${drawn.length} of ${plural(relations, "relation")}`;
    byId("reset").hidden = full;
    tell("groups", data.nodes, data.nodes.filter((node) => !hiddenNodes.has(node.id)), "group");
    tell("lines", firstLines, drawn, "kind");
    byId("undated-count").textContent = share(firstLines, drawn, (edge) => !edge.years);
    if (!byId("list").hidden) fillList();
  }

  function toggle(off, key, button) {
    if (!off.delete(key)) off.add(key);
    button.setAttribute("aria-pressed", String(!off.has(key)));
    refresh();
  }

  /* How many of these are shown, such as "5 of 19", or "19" for all of them. */
  function share(all, shown, fits) {
    const [total, left] = [all, shown].map((items) => items.filter(fits).length.toLocaleString("en-GB"));
    return total === left ? total : `${left} of ${total}`;
  }

  function tell(list, all, shown, key) {
    for (const button of byId(list).querySelectorAll("button")) {
      button.querySelector("b").textContent = share(all, shown, (item) => item[key] === button.dataset.key);
    }
  }

  function entry(off, key, label, mark) {
    const button = el("button", { type: "button", "aria-pressed": "true", "data-key": key, title: "Show or hide", onclick: () => toggle(off, key, button) },
      mark, el("span", {}, label), el("b"));
    return el("li", {}, button);
  }

  function fillLegend() {
    const [actors, relations] = [new Set(data.nodes.map((node) => node.group)), new Set(firstLines.map((edge) => edge.kind))];
    byId("groups").append(...data.groups.filter(([key]) => actors.has(key)).map(([key, label]) => entry(state.groupsOff, key, label, glyph(key))));
    byId("lines").append(...data.lines.filter(([key]) => relations.has(key)).map(([key, label]) => entry(state.kindsOff, key, label, stroke(key))));
    byId("lines-box").hidden = !relations.size;
    fillYears();
  }

  function fillYears() {
    const dated = firstLines.filter((edge) => edge.years);
    const undated = firstLines.length - dated.length;
    byId("undated-box").hidden = !undated;
    byId("years-box").hidden = !dated.length;
    if (!dated.length) return;
    const [first, last] = [Math.min(...dated.map((edge) => edge.years[0])), Math.max(...dated.map((edge) => edge.years[1]))];
    const tally = Array.from({ length: last - first + 1 }, (_, at) => dated.filter(({ years }) => years[0] <= first + at && years[1] >= first + at).length);
    const top = Math.max(...tally);
    byId("bars").append(...tally.map((number) => { const bar = el("i"); bar.style.height = `${(100 * number) / top}%`; return bar; }));
    const [from, to] = [byId("from"), byId("to")];
    for (const handle of [from, to]) Object.assign(handle, { min: first, max: last });
    Object.assign(from, { value: first }); Object.assign(to, { value: last });
    const move = (handle) => {
      if (+from.value > +to.value) handle.value = handle === from ? to.value : from.value;
      [state.from, state.to] = [+from.value, +to.value];
      byId("span").textContent = state.from === state.to ? from.value : `${from.value}–${to.value}`;
      [...byId("bars").children].forEach((bar, at) => bar.classList.toggle("in", first + at >= state.from && first + at <= state.to));
      from.style.zIndex = +from.value > (first + last) / 2 ? 1 : 0;
      refresh();
    };
    for (const handle of [from, to]) handle.addEventListener("input", () => move(handle));
    byId("undated").addEventListener("change", (event) => { state.undated = event.target.checked; refresh(); });
    move(from);
  }

  function showAll() {
    state.groupsOff.clear(); state.kindsOff.clear();
    for (const button of document.querySelectorAll("#legend [aria-pressed]")) button.setAttribute("aria-pressed", "true");
    byId("undated").checked = state.undated = true;
    byId("from").value = byId("from").min; byId("to").value = byId("to").max;
    byId("to").dispatchEvent(new Event("input"));
    refresh();
  }

  /* ---- the panel ---- */

  function statement([relation, role, certainty, parties, evidence], titled = true) {
    const [, , label, when, amount, status] = data.relations[relation];
    const tags = [role && el("span", { class: "tag" }, `role: ${role}`), status && el("span", { class: "tag careful" }, status), certainty && el("span", { class: "tag careful" }, certainty)].filter(Boolean);
    const roles = new Map();
    for (const at of parties) {
      const [iri, name, held] = data.parties[at];
      roles.set(held, [...(roles.get(held) || []), nameOf(iri, name)]);
    }
    return el("article", { class: "statement" }, titled ? el("h4", {}, label || "Without a title") : "",
      when || amount ? el("p", { class: "when" }, when, when && amount ? " · " : "", amount ? el("b", {}, amount) : "") : "",
      tags.length ? el("p", { class: "tags" }, ...tags) : "",
      roles.size ? el("dl", { class: "parties" }, ...[...roles].flatMap(([held, names]) => [el("dt", {}, held || "with"), el("dd", {}, ...names.flatMap((name, at) => (at ? [", ", name] : [name])))])) : "",
      evidence.length ? el("ul", { class: "proof", "aria-label": "Evidence" }, ...evidence.map((at) => el("li", {}, data.evidence[at][0], el("br"), el("span", { class: "place" }, data.evidence[at][1])))) : "");
  }

  function showActor(iri) {
    const { type, names, statements } = data.actors[iri];
    const { label, group } = spotOf.get(iri);
    const kinds = new Map();
    for (const told of statements) {
      const kind = kindOf(data.relations[told[0]]);
      kinds.set(kind, [...(kinds.get(kind) || []), told]);
    }
    fillCard(
      el("p", { class: "kind" }, glyph(group), type), el("h2", {}, label),
      names.length ? el("p", { class: "names" }, "Also: ", ...names.flatMap((name, at) => [at ? " · " : "", el("span", {}, name)])) : "",
      copier(iri),
      ...[...lineOf.keys()].filter((kind) => kinds.has(kind)).map((kind) => el("section", {},
        el("h3", {}, stroke(kind), lineOf.get(kind).label, el("b", {}, String(kinds.get(kind).length))),
        ...kinds.get(kind).map((told) => statement(told)))),
      statements.length ? "" : el("p", { class: "quiet" }, "The graph holds no relation of this actor."));
  }

  function showTie(id) {
    const [relation, ...told] = data.ties[id];
    const [iri, , label] = data.relations[relation];
    const kind = kindOf(data.relations[relation]);
    const { from, to } = edges.get(id);
    const also = [from, to].flatMap((end) => data.actors[end].statements.filter((one) => data.relations[one[0]][0] === iri).flatMap((one) => one[3]));
    told[2] = [...new Set([...told[2], ...also])];
    fillCard(el("p", { class: "kind" }, stroke(kind), lineOf.get(kind).one), el("h2", {}, label || "Without a title"), copier(iri), statement([relation, ...told], false));
  }

  function fillCard(...content) {
    byId("card").replaceChildren(...content.filter((part) => part !== ""));
    byId("panel").hidden = false;
    document.body.classList.add("panel-open");
    document.body.classList.remove("filters-open");
    byId("card").scrollTop = 0;
    byId("card").focus({ preventScroll: true });
  }

  /* ---- choosing ---- */

  const same = (a, b) => (a === null || b === null ? a === b : a.node === b.node && a.edge === b.edge);

  function choose(target, { move = true } = {}) {
    state.hovered = null;
    hideTip();
    if (same(target, state.chosen)) return;
    state.chosen = target;
    if (target === null) {
      byId("panel").hidden = true;
      document.body.classList.remove("panel-open");
    } else if (target.edge !== undefined) showTie(target.edge);
    else showActor(target.node);
    const mark = target === null ? "" : target.edge !== undefined ? `edge=${target.edge}` : `node=${encodeURIComponent(target.node)}`;
    try { if (location.hash.slice(1) !== mark) location.hash = mark; } catch { /* a page inside another may not have an address */ }
    const near = focus();
    if (near && near.centre.some((iri) => hiddenNodes.has(iri))) showAll();
    if (near && move) frame([...focus().actors]);
    network.redraw();
  }

  function select(iri) {
    if (!spotOf.has(iri)) return false;
    choose({ node: iri });
    return true;
  }

  function readHash() {
    const [, kind, value] = location.hash.match(/^#(node|edge)=(.*)$/) || [];
    let iri = value;
    try { iri = decodeURIComponent(value); } catch { /* a damaged link */ }
    if (kind === "node" && spotOf.has(iri)) choose({ node: iri });
    else if (kind === "edge" && edges.get(+value)) choose({ edge: +value });
    else choose(null);
  }

  /* The mark, name or line under a point; a finger or a far view may miss a thin line by a few pixels. */
  function under({ x, y }) {
    const node = network.getNodeAt({ x, y });
    if (node !== undefined) return { node };
    const named = labels.at(x, y);
    if (named !== undefined) return { node: named };
    for (const [dx, dy] of [[0, 0], [3, 0], [-3, 0], [0, 3], [0, -3], [5, 5], [-5, -5], [5, -5], [-5, 5]]) {
      const edge = network.getEdgeAt({ x: x + dx, y: y + dy });
      if (edge !== undefined) return { edge };
    }
    return null;
  }

  network.on("click", ({ pointer }) => choose(under(pointer.DOM), { move: false }));
  network.on("doubleClick", ({ pointer }) => { const hit = under(pointer.DOM); if (hit && hit.node) frame([...focus().actors]); });

  let resting = 0;
  function hover(target, lines, { x, y }) {
    clearTimeout(resting);
    resting = setTimeout(() => { state.hovered = target; network.redraw(); }, 50);
    stage.classList.add("pointing");
    showTip(byId("tip"), lines, { x, y });
  }
  function hideTip() {
    clearTimeout(resting);
    stage.classList.remove("pointing");
    byId("tip").hidden = true;
  }
  function leave() {
    hideTip();
    resting = setTimeout(() => { state.hovered = null; network.redraw(); }, 50);
  }
  network.on("hoverNode", ({ node, pointer }) => hover({ node }, [spotOf.get(node).label, `${data.actors[node].type}, ${plural(spotOf.get(node).partners, "partner")}`], pointer.DOM));
  network.on("hoverEdge", ({ edge, pointer }) => {
    const [, , label, when, amount] = data.relations[data.ties[edge][0]];
    hover({ edge }, [label || "Without a title", data.ties[edge][3].map((at) => data.parties[at].slice(1).filter(Boolean).join(", ")).join(" – "), [when, amount].filter(Boolean).join(" · ")], pointer.DOM);
  });
  network.on("blurNode", leave);
  network.on("blurEdge", leave);
  for (const event of ["dragStart", "zoom"]) network.on(event, hideTip);

  /* ---- search: any name, whatever its case and accents ---- */

  const index = new NameIndex(byWeight.flatMap((node) => [node.label, ...data.actors[node.id].names].map((name, at) => ({ node, name, at }))));
  let results = [];
  let cursor = 0;

  function showResults() {
    const text = byId("search").value;
    results = index.find(text);
    cursor = Math.max(0, Math.min(cursor, results.length - 1));
    const options = results.map(({ node, name, at }, row) => {
      const option = el("li", { role: "option", id: `found-${row}`, "aria-selected": String(row === cursor) }, glyph(node.group), el("span", {}, node.label), el("small", {}, at ? name : data.actors[node.id].type));
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(row); });
      return option;
    });
    const open = Boolean(text.trim());
    byId("found").replaceChildren(...(options.length || !open ? options : [el("li", { class: "none" }, "No actor on this map has such a name")]));
    byId("found").hidden = !open;
    byId("search").setAttribute("aria-expanded", String(open));
    if (options.length) { byId("search").setAttribute("aria-activedescendant", `found-${cursor}`); options[cursor].scrollIntoView({ block: "nearest" }); } else byId("search").removeAttribute("aria-activedescendant");
  }

  function take(row) {
    const result = results[row];
    if (!result) return;
    closeSearch();
    byId("search").value = "";
    select(result.node.id);
  }

  function closeSearch() {
    byId("found").hidden = true;
    byId("search").setAttribute("aria-expanded", "false");
  }

  byId("search").addEventListener("input", () => { cursor = 0; showResults(); });
  byId("search").addEventListener("focus", showResults);
  byId("search").addEventListener("blur", closeSearch);
  byId("search").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length) { event.preventDefault(); cursor = (cursor + step + results.length) % results.length; showResults(); }
    else if (event.key === "Enter") { event.preventDefault(); take(cursor); }
  });

  /* ---- the list ---- */

  function partners(iri) {
    const found = new Map();
    for (const edge of touching.get(iri)) if (!hiddenEdges.has(edge.id)) found.set(other(edge, iri), [...(found.get(other(edge, iri)) || []), edge]);
    return [...found].sort(([a, these], [b, those]) => those.length - these.length || spotOf.get(a).label.localeCompare(spotOf.get(b).label, "en"));
  }

  function years(lines) {
    const known = lines.flatMap((edge) => edge.years || []);
    const [first, last] = [Math.min(...known), Math.max(...known)];
    return [lines.length > 1 ? plural(lines.length, "relation") : "", known.length ? (first === last ? first : `${first}–${last}`) : ""].filter(Boolean).join(", ");
  }

  function row(node) {
    const found = partners(node.id);
    const { type, names: also } = data.actors[node.id];
    return el("tr", {},
      el("th", { scope: "row" }, el("div", { class: "lead" }, glyph(node.group), el("div", {}, nameOf(node.id, node.label), also.length ? el("small", {}, also.join(" · ")) : ""))),
      el("td", { class: "kind" }, type), el("td", { class: "number" }, String(found.length)),
      el("td", {}, ...found.flatMap(([iri, lines], at) => [at ? "; " : "", nameOf(iri, spotOf.get(iri).label), years(lines) ? el("span", { class: "years" }, ` (${years(lines)})`) : ""])));
  }

  function fillList() {
    const shown = data.nodes.filter((node) => !hiddenNodes.has(node.id)).sort((a, b) => b.partners - a.partners || a.label.localeCompare(b.label, "en"));
    byId("list").replaceChildren(el("table", {}, el("caption", {}, "Actors and their partners, those with most partners first"),
      el("thead", {}, el("tr", {}, ...["Actor", "Kind", "Partners", "With whom"].map((title, at) => el("th", { scope: "col", class: at === 2 ? "number" : null }, title)))),
      el("tbody", {}, ...shown.map(row))));
  }

  function showList(on) {
    byId("list").hidden = !on;
    byId("stage").hidden = byId("zoom").hidden = on;
    byId("show-list").setAttribute("aria-pressed", String(on));
    byId("show-map").setAttribute("aria-pressed", String(!on));
    if (on) fillList(); else { network.redraw(); }
  }

  /* ---- the page ---- */

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    const { marks, lines } = looks();
    nodes.update(marks);
    edges.update(lines);
  }
  night.addEventListener("change", () => setTheme(night.matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("show-map").addEventListener("click", () => showList(false));
  byId("show-list").addEventListener("click", () => showList(true));
  byId("show-about").addEventListener("click", () => byId("about").showModal());
  byId("show-filters").addEventListener("click", () => byId("show-filters").setAttribute("aria-expanded", String(document.body.classList.toggle("filters-open"))));
  byId("reset").addEventListener("click", showAll);
  byId("close").addEventListener("click", () => choose(null));
  const zoom = (factor) => { fitted = false; network.moveTo({ scale: Math.min(10, network.getScale() * factor), animation: !calm && { duration: 160, easingFunction: "easeInOutQuad" } }); };
  byId("zoom-in").addEventListener("click", () => zoom(1.5));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
  byId("zoom-fit").addEventListener("click", () => { fitted = true; frame(visible()); });
  /* A window that grows or shrinks shows all again, as long as nobody has moved the drawing. */
  let fitted = true;
  for (const moved of ["dragStart", "zoom"]) network.on(moved, () => { fitted = false; });
  new ResizeObserver(() => setTimeout(() => { if (fitted && !state.chosen) frame(visible(), false); }, 60)).observe(stage);
  const STEPS = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }; // pixels
  stage.addEventListener("keydown", ({ key }) => {
    const { x, y } = network.getViewPosition();
    const [right, down] = STEPS[key] || [0, 0];
    if (right || down) network.moveTo({ position: { x: x + right / network.getScale(), y: y + down / network.getScale() } });
    else if ("+=-".includes(key)) zoom(key === "-" ? 1 / 1.5 : 1.5);
  });
  addEventListener("hashchange", readHash);
  addEventListener("beforeprint", fillList);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, dialog")) { event.preventDefault(); byId("search").focus(); byId("search").select(); }
    if (event.key !== "Escape" || byId("about").open) return;
    if (!byId("found").hidden) closeSearch();
    else if (document.body.classList.contains("filters-open")) document.body.classList.remove("filters-open");
    else choose(null);
  });

  fillLegend();
  refresh();
  byId("empty").hidden = byId("legend").hidden = false;
  byId("empty").hidden = data.nodes.length > 0;
  byId("legend").hidden = byId("zoom").hidden = !data.nodes.length;
  frame(visible(), false);
  readHash();

  /* For programs that drive the page: vis-network's network and its two data sets, the names drawn, and `select(iri)`,
     which opens an actor's panel and says whether the map has that actor. */
  window.kgMap = { network, nodes, edges, labels, select, scale: data.scale };
})();

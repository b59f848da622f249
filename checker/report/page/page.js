"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const signs = { created: "+", changed: "~", deleted: "-", orphaned: "o", renamed: "~", moved: ">" };
  const batch = 150;

  // Everything from the report becomes a text node: there is no way from a name to markup.
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const link = (text, url) => (/^https?:\/\//.test(url) ? el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, el("code", {}, text)) : el("code", {}, text));

  const state = { tab: 0, query: "", changes: new Set(), effect: "", unit: null, noise: false, side: false, severity: new Set() };
  const tabs = [
    ...data.environments.map((environment, number) => ({ kind: "environment", number, label: environment.name, count: sum(environment.counts) })),
    { kind: "findings", label: "Findings", count: data.findings.length },
    { kind: "rules", label: "Rules", count: data.rules.length },
    { kind: "gaps", label: "Not rendered", count: data.gaps.length },
    { kind: "suppressed", label: "Suppressed", count: data.suppressed.length },
  ].filter((tab) => tab.kind === "environment" || tab.count > 0);

  function sum(counts) {
    return Object.values(counts).reduce((total, number) => total + number, 0);
  }

  // ---- summary

  function summary() {
    const parts = data.notes.map((note) => el("p", { class: "soft" }, note));
    const broken = data.rules.filter((rule) => rule.severity === "error" || rule.severity === "warning");
    const groups = [
      ["error", "Stops the merge", broken.filter((rule) => rule.severity === "error").map(ruleLine)],
      ["error", "Dangerous", data.dangers.filter((danger) => danger.severity === "error").map(dangerLine)],
      ["warning", "Look at this", [...broken.filter((rule) => rule.severity === "warning").map(ruleLine), ...data.dangers.filter((danger) => danger.severity === "warning").map(dangerLine)]],
    ];
    for (const [severity, title, lines] of groups) {
      if (lines.length) {
        const shown = lines.slice(0, 12);
        const rest = lines.slice(12);
        const list = el("ul", {}, shown);
        const more = rest.length ? el("button", { onclick: () => { list.append(...rest); more.remove(); } }, `show ${rest.length.toLocaleString("en")} more`) : null;
        parts.push(el("div", { class: `alert ${severity}`, role: "note" }, el("strong", { class: severity }, title), list, more));
      }
    }
    const touched = data.gaps.filter((gap) => gap.affected);
    if (touched.length) {
      parts.push(el("div", { class: "alert warning", role: "note" }, el("strong", { class: "warning" }, `${plural(touched.length, "unit")} touched by this change could not be rendered: effect unknown`)));
    }
    if (data.environments.some((environment) => environment.moves)) parts.push(environmentTable());
    if (data.images.rows.length) parts.push(imageTable());
    return parts;
  }

  function ruleLine(rule) {
    const because = rule.because.slice(0, 4).map((line) => el("div", { class: "soft" }, line));
    if (rule.because.length > 4) because.push(el("div", { class: "soft" }, `and ${plural(rule.because.length - 4, "more cause")}, under Rules`));
    const fix = rule.fix ? el("div", { class: "soft" }, `To fix: ${rule.fix}`) : null;
    return el("li", {}, el("strong", {}, rule.rule), rule.environment ? ` on ${rule.environment}: ` : ": ", rule.verdict === "broken" ? "" : `${rule.verdict}: `, rule.message, because, fix);
  }

  function dangerLine(danger) {
    const more = danger.more ? ` and ${danger.more.toLocaleString("en")} more` : "";
    const where = danger.environments.filter(Boolean).join(", ");
    return el("li", {}, el("strong", {}, danger.id), ": ", el("code", {}, danger.objects.join(", ") + more), where ? ` (${where})` : "", danger.message);
  }

  function environmentTable() {
    const changes = ["created", "changed", "deleted", "orphaned", "renamed", "moved"].filter((change) => ["created", "changed", "deleted"].includes(change) || data.environments.some((environment) => environment.counts[change]));
    const unknown = data.environments.some((environment) => environment.unknown);
    const head = ["environment", "units", ...changes, ...(unknown ? ["unknown"] : [])].map((name) => el("th", { scope: "col" }, name));
    const rows = data.environments.map((environment, number) => {
      const open = el("button", { onclick: () => select(number, true) }, environment.name);
      const cells = changes.map((change) => el("td", { class: `number ${environment.counts[change] ? change : "soft"}` }, String(environment.counts[change] || 0)));
      const guarded = environment.guarded ? el("span", { class: "badge" }, "guarded") : null;
      return el("tr", {}, el("th", { scope: "row" }, open, " ", guarded), el("td", { class: "number" }, String(environment.units.length)), cells, unknown ? el("td", { class: "number" }, environment.unknown ? plural(environment.unknown, "unit") : "0") : null);
    });
    return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
  }

  function imageTable() {
    const head = ["image", ...data.images.environments].map((name) => el("th", { scope: "col" }, name));
    const rows = data.images.rows.slice(0, 200).map((row) => el("tr", {}, el("th", { scope: "row" }, el("code", {}, row.image)), row.cells.map((cell) => el("td", {}, el("code", {}, cell)))));
    return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
  }

  // ---- tabs and tools

  function drawTabs() {
    byId("tabs").replaceChildren(
      ...tabs.map((tab, number) =>
        el("button", { role: "tab", id: `tab-${number}`, "aria-selected": String(number === state.tab), "aria-controls": "main", tabindex: number === state.tab ? 0 : -1, onclick: () => select(number), onkeydown: tabKey }, `${tab.label} (${tab.count.toLocaleString("en")})`),
      ),
    );
    byId("main").setAttribute("aria-labelledby", `tab-${state.tab}`);
  }

  function tabKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    select((state.tab + step + tabs.length) % tabs.length);
    byId(`tab-${state.tab}`).focus();
  }

  function select(number, jump) {
    state.tab = number;
    state.unit = null;
    drawTabs();
    drawTools();
    draw();
    if (jump) byId("tabs").scrollIntoView();
  }

  function drawTools() {
    const tools = byId("tools");
    const tab = tabs[state.tab];
    const search = el("input", { type: "search", id: "search", value: state.query, placeholder: "Search names, fields, messages  ( / )", "aria-label": "Search", oninput: debounced((event) => { state.query = event.target.value.trim().toLowerCase(); draw(); }) });
    search.value = state.query;
    const items = [search];
    if (tab && tab.kind === "environment") items.push(...environmentTools(tab));
    if (tab && tab.kind === "findings") {
      items.push(...["error", "warning", "note"].map((severity) => toggle(severity, state.severity.has(severity), () => { flip(state.severity, severity); drawTools(); draw(); })));
    }
    items.push(el("button", { onclick: theme, "aria-label": "Dark or light" }, "◐"), el("button", { onclick: () => byId("help").showModal(), "aria-label": "Keys" }, "?"));
    tools.replaceChildren(...items);
  }

  function environmentTools(tab) {
    const environment = data.environments[tab.number];
    const items = Object.keys(environment.counts).map((change) => toggle(`${signs[change]} ${change}`, state.changes.has(change), () => { flip(state.changes, change); drawTools(); draw(); }));
    const effects = [...new Set(environment.units.flatMap((number) => objectsOf(number).flatMap((object) => object.effects.map((effect) => effect.id))))].sort();
    if (effects.length) {
      items.push(el("select", { "aria-label": "Effect", onchange: (event) => { state.effect = event.target.value; draw(); } }, el("option", { value: "" }, "any effect"), effects.map((id) => el("option", { value: id, selected: id === state.effect }, id))));
    }
    if (environment.units.some((number) => objectsOf(number).some((object) => object.noise))) {
      items.push(toggle("noise", state.noise, () => { state.noise = !state.noise; drawTools(); draw(); }));
    }
    const side = toggle("side by side", state.side, () => { state.side = !state.side; drawTools(); draw(true); });
    side.classList.add("wide");
    items.push(side, el("button", { onclick: () => openAll() }, "open all"));
    return items;
  }

  const toggle = (label, pressed, onclick) => el("button", { "aria-pressed": String(pressed), onclick }, label);
  const flip = (set, value) => (set.has(value) ? set.delete(value) : set.add(value));

  function debounced(action) {
    let timer = 0;
    return (event) => { clearTimeout(timer); timer = setTimeout(() => action(event), 120); };
  }

  function theme() {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  }

  // ---- the list: rows are made as they come into view, so that ten thousand cost what a screenful costs

  function objectsOf(number) {
    const unit = data.units[number];
    const [first, last] = data.units[unit.twin === undefined ? number : unit.twin].objects;
    return data.objects.slice(first, last);
  }

  function matches(object, unit) {
    if (object.noise && !state.noise) return false;
    if (state.changes.size && !state.changes.has(object.change)) return false;
    if (state.effect && !object.effects.some((effect) => effect.id === state.effect)) return false;
    if (!state.query) return true;
    const text = [object.kind, `${object.namespace}/${object.name}`, unit.title, data.texts[object.fields], ...object.effects.map((effect) => `${effect.id} ${effect.message}`)].join("\n").toLowerCase();
    return text.includes(state.query) || data.texts[object.diff].toLowerCase().includes(state.query);
  }

  let pending = [];
  let opened = new Set();
  let generation = 0;
  const sentinel = el("div", { class: "soft" });
  const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) more(); }, { rootMargin: "800px" });

  function draw(keep) {
    generation += 1;
    if (!keep) opened = new Set();
    const tab = tabs[state.tab];
    const main = byId("main");
    const single = !tab || tab.kind !== "environment";
    byId("body").className = single ? "single" : "";
    watcher.disconnect();
    main.replaceChildren();
    pending = [];
    if (!tab) return;
    if (single) {
      pending = rowsOf(tab.kind);
    } else {
      const environment = data.environments[tab.number];
      drawTree(environment);
      for (const number of environment.units) {
        if (state.unit !== null && state.unit !== number) continue;
        const unit = data.units[number];
        const objects = objectsOf(number).filter((object) => matches(object, unit));
        if (!objects.length) continue;
        if (unit.twin !== undefined && state.unit !== number && !state.query) {
          pending.push(() => twinRow(number, unit));
          continue;
        }
        pending.push(() => unitHead(unit, objects));
        objects.forEach((object, index) => pending.push(() => objectRow(object, `${number}:${index}`)));
      }
    }
    if (!pending.length) main.append(el("p", { class: "soft" }, single || !data.environments[tab.number].moves ? (single ? "Nothing matches." : "Nothing moves in this environment.") : "Nothing matches."));
    main.append(sentinel);
    more();
    watcher.observe(sentinel);
  }

  function more() {
    const rows = pending.splice(0, batch).map((make) => make());
    sentinel.before(...rows);
    sentinel.textContent = pending.length ? `${plural(pending.length, "more row")} below` : "";
    if (pending.length) {
      // observe anew: a sentinel that stays in view would not report again
      watcher.unobserve(sentinel);
      watcher.observe(sentinel);
    }
  }

  function drawTree(environment) {
    const all = el("button", { "aria-pressed": String(state.unit === null), onclick: () => { state.unit = null; draw(); } }, `all units (${environment.units.length.toLocaleString("en")})`);
    const buttons = environment.units.slice(0, 2000).map((number) => {
      const unit = data.units[number];
      return el("button", { "aria-pressed": String(state.unit === number), onclick: () => { state.unit = state.unit === number ? null : number; draw(); } }, unit.short);
    });
    byId("tree").replaceChildren(all, ...buttons);
  }

  function unitHead(unit, objects) {
    const badges = [unit.change !== "changed" ? el("span", { class: `badge ${unit.change}` }, unit.change) : null, unit.state !== "rendered" ? el("span", { class: "badge warning" }, unit.state) : null];
    const causes = unit.causes.length ? el("p", { class: "soft" }, "moved by ", unit.causes.flatMap((cause, index) => [index ? ", " : "", link(cause.text, cause.url), cause.shared ? " (shared)" : ""])) : null;
    return el("div", { class: "unit" }, el("h2", {}, unit.title, " ", badges), el("p", { class: "soft" }, plural(objects.length, "object")), unit.notes.map((note) => el("p", { class: "soft" }, note)), causes);
  }

  function twinRow(number, unit) {
    const where = unit.namespaces.length ? `, in namespace ${unit.namespaces.join(", ")}` : "";
    return el("div", { class: "unit" }, el("h2", {}, unit.title), el("p", { class: "soft" }, `the same change as ${data.units[unit.twin].short}${where} `, el("button", { onclick: () => { state.unit = number; draw(); } }, "show it")));
  }

  function objectRow(object, key) {
    const worst = object.effects.some((effect) => effect.severity === "error") ? "error" : object.effects.some((effect) => effect.severity === "warning") ? "warning" : "note";
    const first = data.texts[object.fields].split("\n");
    const hint = object.aside || first[0] + (first.length > 1 ? `  (+${first.length - 1})` : "");
    const row = el("section", { class: "object" });
    const button = el(
      "button",
      { "aria-expanded": "false", onclick: () => open(!row.querySelector(".inside")) },
      el("span", { class: `mark ${object.change}`, title: object.change }, signs[object.change]),
      el("span", { class: "name" }, `${object.kind} ${object.namespace ? `${object.namespace}/` : ""}${object.name}`),
      el("span", { class: `badge ${object.change}` }, object.noise ? "noise" : object.change),
      [...new Set(object.effects.map((effect) => effect.id))].map((id) => el("span", { class: `badge ${worst}` }, id)),
      el("span", { class: "first mono" }, hint),
    );
    row.append(button);
    function open(wanted) {
      const inside = row.querySelector(".inside");
      if (wanted && !inside) { row.append(details(object)); opened.add(key); }
      if (!wanted && inside) { inside.remove(); opened.delete(key); }
      button.setAttribute("aria-expanded", String(wanted));
    }
    row.openIt = open;
    if (opened.has(key)) open(true);
    return row;
  }

  function openAll() {
    const rows = [...document.querySelectorAll("#main .object")];
    const wanted = rows.some((row) => !row.querySelector(".inside"));
    const mine = generation;
    // a slice at a time, so that the page answers while it opens
    const step = () => {
      if (mine !== generation) return;
      rows.splice(0, 40).forEach((row) => row.openIt(wanted));
      if (rows.length) requestAnimationFrame(step);
    };
    step();
  }

  function details(object) {
    const effects = object.effects.map((effect) => el("li", { class: effect.severity }, `${effect.id}: ${effect.message}`));
    const folded = data.texts[object.folded];
    const noise = folded && state.noise ? el("pre", { class: "soft" }, `noise:\n${folded}`) : folded ? el("p", { class: "soft" }, `${plural(folded.split("\n").length, "noise change")} folded`) : null;
    const text = data.texts[object.diff];
    return el("div", { class: "inside" }, object.aside ? el("p", {}, object.aside) : null, effects.length ? el("ul", {}, effects) : null, text ? (state.side && innerWidth > 760 ? sideBySide(text) : unified(text)) : null, noise);
  }

  function code(text) {
    const match = /^(\s*(?:- )?)((?:"(?:[^"\\]|\\.)*"|[^\s"'#:][^:]*):)(?=\s|$)(.*)$/.exec(text);
    return match ? [match[1], el("span", { class: "key" }, match[2]), match[3]] : [text];
  }

  function unified(text) {
    const rows = text.split("\n").map((line) => {
      const sign = line[0];
      if (sign === "@") return el("tr", { class: "at" }, el("td", { class: "sign" }), el("td", {}, line.slice(3, -3)));
      const kind = sign === "+" ? "plus" : sign === "-" ? "minus" : "";
      return el("tr", { class: kind }, el("td", { class: "sign" }, sign), el("td", {}, code(line.slice(1))));
    });
    return el("table", { class: "diff" }, el("tbody", {}, rows));
  }

  function sideBySide(text) {
    const rows = [];
    let left = [];
    let right = [];
    const cell = (line, kind) => (line === undefined ? el("td", { class: "blank" }) : el("td", { class: kind }, code(line)));
    const flush = () => {
      for (let index = 0; index < Math.max(left.length, right.length); index += 1) rows.push(el("tr", {}, cell(left[index], "minus"), cell(right[index], "plus")));
      left = [];
      right = [];
    };
    for (const line of text.split("\n")) {
      if (line[0] === "-") left.push(line.slice(1));
      else if (line[0] === "+") right.push(line.slice(1));
      else {
        flush();
        if (line[0] === "@") rows.push(el("tr", { class: "at" }, el("td", { colspan: 2 }, line.slice(3, -3))));
        else rows.push(el("tr", {}, cell(line.slice(1), ""), cell(line.slice(1), "")));
      }
    }
    flush();
    return el("table", { class: "diff" }, el("tbody", {}, rows));
  }

  // ---- findings, rules, gaps

  function rowsOf(kind) {
    const list = data[kind].filter((item) => {
      if (kind === "findings" && state.severity.size && !state.severity.has(item.severity)) return false;
      return !state.query || Object.values(item).flat().join("\n").toLowerCase().includes(state.query);
    });
    const order = { error: 0, warning: 1, note: 2, good: 3 };
    if (kind === "findings") list.sort((one, other) => order[one.severity] - order[other.severity]);
    return list.map((item) => () => ({ findings: findingRow, rules: ruleRow, gaps: gapRow, suppressed: findingRow })[kind](item));
  }

  function findingRow(item) {
    const about = [item.object, item.environments.filter(Boolean).join(", "), item.outcome === "failed" ? "" : item.outcome].filter(Boolean).join(" · ");
    const reason = item.reason ? el("div", {}, `suppressed: ${item.reason} (${item.by})`) : null;
    return el("div", { class: "finding" }, el("span", { class: `badge ${item.severity}` }, item.severity), " ", el("strong", {}, item.rule), " ", link(item.where, item.url), el("div", {}, item.message), reason, about ? el("div", { class: "soft" }, about) : null);
  }

  function ruleRow(rule) {
    const extra = [...rule.because, rule.fix ? `To fix: ${rule.fix}` : ""].filter(Boolean).map((line) => el("div", { class: "soft" }, line));
    return el("div", { class: "finding" }, el("span", { class: `badge ${rule.severity}` }, rule.verdict), " ", el("strong", {}, rule.rule), ` on ${rule.environment} `, el("span", { class: "soft" }, `(${rule.mode}) `), rule.where ? link(rule.where, rule.url) : null, el("div", {}, rule.message), extra);
  }

  function gapRow(gap) {
    const side = gap.side === "both" ? "" : `, only at ${gap.side}`;
    return el("div", { class: "finding" }, el("span", { class: `badge ${gap.affected ? "warning" : "note"}` }, gap.reason + side), " ", el("strong", {}, gap.title), " ", link(gap.where, gap.url), el("div", {}, gap.message), gap.affected ? el("div", { class: "warning" }, "This change touches it: it may move in a way that cannot be shown.") : null);
  }

  // ---- keys

  const keys = [["/", "search"], ["j k", "next, previous object"], ["Enter", "open or close it"], ["s", "side by side or unified"], ["← →", "the other tabs, from a tab"], ["Esc", "leave the search"], ["?", "this list"]];

  function step(distance) {
    const buttons = [...document.querySelectorAll("#main .object > button")];
    const next = buttons[Math.min(buttons.length - 1, Math.max(0, buttons.indexOf(document.activeElement) + distance))];
    if (next) next.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "Escape" && typing) document.activeElement.blur();
    if (typing) return;
    const action = {
      "/": () => byId("search").focus(),
      j: () => step(1),
      k: () => step(-1),
      s: () => { state.side = !state.side; drawTools(); draw(true); },
      "?": () => byId("help").showModal(),
    }[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  byId("meta").append(...data.meta.map((part) => el("span", {}, part)));
  byId("summary").append(...summary());
  byId("help").append(el("h2", {}, "Keys"), el("table", {}, el("tbody", {}, keys.map(([key, meaning]) => el("tr", {}, el("td", {}, el("kbd", {}, key)), el("td", {}, meaning))))), el("form", { method: "dialog" }, el("button", { onclick: (event) => { event.preventDefault(); byId("help").close(); } }, "Close")));
  const first = tabs.findIndex((tab) => tab.kind !== "environment" || data.environments[tab.number].moves);
  state.tab = Math.max(0, first);
  drawTabs();
  drawTools();
  draw();
})();

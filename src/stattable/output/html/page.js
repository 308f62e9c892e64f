"use strict";
// Everything that is opened, searched or chosen. Texts become text nodes, never markup. Written for browsers from
// Chromium 70 on: many offices have old ones.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const units = data.units;
  const count = units.name.length;
  const MOST_HITS = 50;
  const MOST_ROWS = 200; // of the units below one, before somebody asks for more
  const MOST_ITEMS = 30; // of a list
  const MOST_RANKED = 10;

  // -- elements ----------------------------------------------------------------------------------------

  const byId = (id) => document.getElementById(id);

  /** Make an element; texts among its content become text nodes. */
  function make(name, attributes, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") made.addEventListener(key, value);
      else if (value !== null && value !== false) made.setAttribute(key, value);
    }
    made.append(...content.filter((one) => one !== null && one !== ""));
    return made;
  }

  const isolated = (text) => make("bdi", null, text);
  const grouped = (value) => (typeof value === "number" ? value.toLocaleString("zh-CN") : value);
  const button = (kind, text, act, more) => make("button", { type: "button", class: kind, click: act, ...more }, text);
  const row = (...cells) => make("tr", null, ...cells);
  const head = (text, kind) => make("th", { scope: "col", class: kind }, text);
  const shownNumber = (value) => (value === null ? "" : grouped(value));
  const numberCell = (value, kind) => make("td", { class: "number " + (kind || "") }, shownNumber(value));

  function bar(percent) {
    const svg = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const shape = { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" };
    const frame = svg("svg", shape);
    frame.append(svg("rect", { class: "room", width: 100, height: 10 }));
    frame.append(svg("rect", { class: "share", width: percent.toFixed(1), height: 10 }));
    return make("td", { class: "chart" }, frame);
  }

  function fill(place, ...content) {
    place.textContent = "";
    place.append(...content);
  }

  /** What is said of those that are not shown yet, and a button that shows more of them. */
  function restOf(left, most, noun, act) {
    return [`还有 ${grouped(left)} ${noun}。`, button("plainly", `再显示 ${Math.min(most, left)} ${noun}`, act)];
  }

  /** Show some items of many. */
  function showInParts(list, items, itemOf, from = 0) {
    if (from === 0) fill(list);
    const end = Math.min(from + MOST_ITEMS, items.length);
    list.append(...items.slice(from, end).map(itemOf));
    if (end === items.length) return;
    const more = make("li", null, ...restOf(items.length - end, MOST_ITEMS, "条", () => {
      more.remove();
      showInParts(list, items, itemOf, end);
    }));
    list.append(more);
  }

  // -- units -------------------------------------------------------------------------------------------

  const parents = new Int32Array(count);
  const children = Array.from({ length: count }, () => []);
  const codes = new Array(count);
  for (let at = 0, chain = []; at < count; at++) {
    chain.length = units.depth[at];
    const parent = chain.length ? chain[chain.length - 1] : -1;
    parents[at] = parent;
    if (parent >= 0) children[parent].push(at);
    chain.push(at);
    const code = units.code[at];
    codes[at] = code.startsWith("=") ? code.slice(1) : code && (parent >= 0 ? codes[parent] : "") + code;
  }

  function above(unit) {
    const chain = [];
    for (let at = parents[unit]; at >= 0; at = parents[at]) chain.unshift(at);
    return chain;
  }

  const state = (unit) => data.states[units.state[unit]];
  const stateMark = (unit) => make("span", { class: "state " + state(unit)[1] }, state(unit)[0]);
  const unitButton = (unit) => button("link", isolated(units.name[unit]), () => showUnit(unit));

  // -- figures -----------------------------------------------------------------------------------------

  const places = (data.fieldSets || []).map((fields) => {
    const at = new Int8Array(data.fields.length).fill(-1);
    fields.forEach((field, index) => { at[field] = index + 1; });
    return at;
  });

  /** The figure of a field in a row of figures; null for a blank. */
  function figure(figures, field) {
    const at = figures ? places[figures[0]][field] : -1;
    return at < 0 ? null : figures[at];
  }

  function sum(figures, fields) {
    const numbers = fields.map((field) => figure(figures, field)).filter((one) => typeof one === "number");
    return numbers.length ? numbers.reduce((one, more) => one + more, 0) : null;
  }

  let measure = (data.measures || []).findIndex(([label]) => label.includes("人数"));
  if (measure < 0) measure = 0;
  const measured = (unit) => sum(data.totals[unit], data.measures[measure][1]);

  function ranking() {
    const own = data.own["0"] && sum(data.own["0"], data.measures[measure][1]);
    const rows = children[0].map((unit) => [unit, measured(unit)]).filter(([, value]) => value);
    if (own) rows.push([-1, own]);
    rows.sort((one, other) => other[1] - one[1]);
    const whole = measured(0);
    const share = (value) => (whole ? `${(100 * value / whole).toFixed(1)}%` : "");
    const shown = rows.slice(0, MOST_RANKED);
    const rest = rows.slice(MOST_RANKED).reduce((total, [, value]) => total + value, 0);
    const most = shown.length ? shown[0][1] : 0;
    const lineOf = ([unit, value]) => row(
      make("th", { scope: "row" }, unit < 0 ? "本级" : unitButton(unit)), numberCell(value), numberCell(share(value)),
      bar(100 * value / most));
    const lines = shown.map(lineOf);
    const difference = data.differences["0"] && sum(data.differences["0"], data.measures[measure][1]);
    for (const [text, value] of [[`其余 ${rows.length - MOST_RANKED} 个单位`, rest], ["差额", difference]]) {
      if (value) lines.push(row(make("th", { scope: "row" }, text), numberCell(value), numberCell(share(value)), bar(0)));
    }
    const noBar = () => make("td", { class: "chart" });
    const total = row(make("th", { scope: "row" }, "合计"), numberCell(whole), numberCell(share(whole)), noBar());
    total.className = "sum";
    fill(byId("ranking"),
      make("caption", { class: "unseen" }, data.measures[measure][0]),
      make("thead", null, row(head("单位"), head("数", "number"), head("占合计", "number"), noBar())),
      make("tbody", null, ...lines, total));
  }

  function offerMeasures() {
    const selects = [byId("measure"), byId("measure-of-shares")];
    for (const select of selects) {
      data.measures.forEach(([label], at) => select.append(make("option", { value: at }, label)));
      select.value = measure;
      select.addEventListener("change", () => {
        measure = Number(select.value);
        for (const one of selects) one.value = measure;
        ranking();
        for (const cell of tree.querySelectorAll("td.measure")) {
          fill(cell, shownNumber(measured(Number(cell.parentNode.dataset.at))));
        }
        tree.querySelector("th.measure span").textContent = data.measures[measure][0];
      });
    }
    ranking();
  }

  // -- the tree ----------------------------------------------------------------------------------------

  const tree = byId("tree");
  const body = make("tbody");
  const rateAt = data.countHeads.indexOf("报送率");

  function treeHead() {
    const kind = (at) => "number" + (at === rateAt ? "" : " narrow-hides");
    return make("thead", null, row(
      head("单位"), head("级别", "narrow-hides"), head("状态"), ...data.countHeads.map((text, at) => head(text, kind(at))),
      ...(data.measures ? [measureHead()] : [])));
  }

  function measureHead() {
    const made = head("", "number measure");
    made.append(
      make("span", { class: "narrow-hides" }, data.measures[measure][0]), make("span", { class: "narrow-only" }, "数"));
    return made;
  }

  function treeRow(unit, position, siblings) {
    const hasChildren = children[unit].length > 0;
    const closed = { tabindex: -1, "aria-expanded": "false", "aria-label": `展开 ${units.name[unit]}` };
    const twist = hasChildren
      ? button("twist", "▸", () => toggle(line), closed) : make("span", { class: "twist", "aria-hidden": "true" });
    const name = unitButton(unit);
    name.tabIndex = -1;
    const counts = data.counts[unit] || data.countHeads.map(() => "");
    const line = make("tr", {
      "data-at": unit, tabindex: -1, class: units.depth[unit] > 4 ? "deep" : null,
      "aria-level": units.depth[unit] + 1, "aria-posinset": position, "aria-setsize": siblings,
      "aria-expanded": hasChildren ? "false" : null,
    },
    make("th", { scope: "row" }, make("div", { class: "name" }, twist, name)),
    make("td", { class: "narrow-hides" }, data.levels[units.level[unit]]),
    make("td", null, stateMark(unit)),
    ...counts.map((value, at) => numberCell(value, at === rateAt ? "rate" : "narrow-hides")),
    ...(data.measures ? [numberCell(measured(unit), "measure")] : []));
    return line;
  }

  const unitOf = (line) => Number(line.dataset.at);
  const isOpen = (line) => line.getAttribute("aria-expanded") === "true";

  function mark(line, open) {
    line.setAttribute("aria-expanded", open);
    const twist = line.querySelector("button.twist");
    twist.setAttribute("aria-expanded", open);
    twist.setAttribute("aria-label", `${open ? "收起" : "展开"} ${units.name[unitOf(line)]}`);
    twist.textContent = open ? "▾" : "▸";
  }

  /** Put the rows of units below one behind a row: some of them, and a row with a button for more. */
  function putChildren(line, unit, from) {
    const below = children[unit];
    const end = Math.min(from + MOST_ROWS, below.length);
    const rows = [];
    for (let at = from; at < end; at++) rows.push(treeRow(below[at], at + 1, below.length));
    if (end < below.length) {
      const rest = restOf(below.length - end, MOST_ROWS, "个单位", () => {
        const before = more.previousElementSibling;
        more.remove();
        putChildren(before, unit, end);
        focusRow(before.nextElementSibling);
      });
      const more = row(make("td", { colspan: tree.rows[0].cells.length }, ...rest));
      more.dataset.more = unit;
      rows.push(more);
    }
    line.after(...rows);
  }

  function open(line) {
    if (isOpen(line)) return;
    mark(line, true);
    putChildren(line, unitOf(line), 0);
  }

  function close(line) {
    const depth = units.depth[unitOf(line)];
    for (let next = line.nextElementSibling; next; next = line.nextElementSibling) {
      if ((next.dataset.more ? units.depth[next.dataset.more] + 1 : units.depth[unitOf(next)]) <= depth) break;
      next.remove();
    }
    mark(line, false);
  }

  function toggle(line) {
    if (isOpen(line)) close(line);
    else open(line);
    focusRow(line);
  }

  let current = null; // the row that Tab leads to, with its buttons

  function choose(line) {
    const lead = (to, index) => { for (const one of [to, ...to.querySelectorAll("button")]) one.tabIndex = index; };
    if (current) lead(current, -1);
    current = line;
    lead(line, 0);
  }

  function focusRow(line) {
    if (!line) return;
    if (line.dataset.more) {
      line.querySelector("button").focus();
      return;
    }
    choose(line);
    line.focus();
  }

  const rowOf = (unit) => body.querySelector(`tr[data-at="${unit}"]`);

  /** Open the tree down to a unit. */
  function reveal(unit) {
    for (const at of above(unit)) {
      let line = rowOf(at);
      while (!line) {
        body.querySelector(`tr[data-more="${parents[at]}"] button`).click();
        line = rowOf(at);
      }
      open(line);
    }
    while (!rowOf(unit)) body.querySelector(`tr[data-more="${parents[unit]}"] button`).click();
    focusRow(rowOf(unit));
    rowOf(unit).scrollIntoView({ block: "center" });
  }

  function onTreeKey(event) {
    const line = event.target.closest("tr");
    if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
    const moves = {
      ArrowDown: () => focusRow(line.nextElementSibling),
      ArrowUp: () => focusRow(line.previousElementSibling),
      Home: () => focusRow(body.firstElementChild),
      End: () => focusRow(body.lastElementChild),
    };
    const act = moves[event.key] || (line.dataset.more ? null : actOnUnit(event, line));
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What a key does with the unit of a row; nothing for other keys, and for those that a button of the row takes. */
  function actOnUnit(event, line) {
    const unit = unitOf(line);
    if (event.key === "Enter") return event.target === line ? () => showUnit(unit) : null;
    if (event.key === "ArrowLeft") return () => (isOpen(line) ? close(line) : focusRow(rowOf(parents[unit])));
    if (event.key !== "ArrowRight" || !children[unit].length) return null;
    return () => (isOpen(line) ? focusRow(line.nextElementSibling) : open(line));
  }

  function startTree() {
    tree.append(make("caption", { class: "unseen" }, "各单位，按上下级"), treeHead(), body);
    const first = treeRow(0, 1, 1);
    body.append(first);
    choose(first);
    if (children[0].length) open(first);
    body.addEventListener("keydown", onTreeKey);
    body.addEventListener("focusin", (event) => {
      const line = event.target.closest("tr");
      if (line && !line.dataset.more) choose(line);
    });
  }

  // -- search ------------------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  let names = null; // what each unit is found by: its name and code, and behind them those above it

  function index() {
    names = new Array(count);
    for (let at = 0; at < count; at++) {
      const own = plain(`${units.name[at]} ${codes[at]}`);
      names[at] = [own, parents[at] >= 0 ? `${own} ${names[parents[at]][1]}` : own];
    }
  }

  function search() {
    const words = plain(byId("search").value).split(/\s+/).filter(Boolean);
    fill(byId("hits"));
    byId("found").textContent = "";
    if (!words.length) return;
    if (!names) index();
    const hits = [];
    let found = 0;
    for (let at = 0; at < count; at++) {
      const [own, all] = names[at];
      if (words.some((word) => own.includes(word)) && words.every((word) => all.includes(word))) {
        found += 1;
        if (hits.length < MOST_HITS) hits.push(at);
      }
    }
    const rest = found > hits.length ? `，先列 ${hits.length} 个，请再写几个字` : "";
    byId("found").textContent = found ? `找到 ${grouped(found)} 个单位${rest}。` : "没有找到。请核对名称或代码。";
    fill(byId("hits"), ...hits.map((unit) => {
      const place = [codes[unit], ...above(unit).map((at) => units.name[at])].filter(Boolean).join(" · ");
      return make("li", null,
        button("link", isolated(units.name[unit]), () => reveal(unit)), " ",
        make("span", { class: "above" }, isolated(place)));
    }));
  }

  // -- findings ----------------------------------------------------------------------------------------

  const KINDS = [["error", "强制性"], ["warning", "核实性"], ["info", "提示"], ["closed", "已了结"]];
  const chosen = { severities: new Set([0, 1]), code: "" };

  function pathOf([folder, name], code, unitName) {
    return data.paths.folders[folder] + data.paths.names[name].split("\ue000").join(code).split("\ue001").join(unitName);
  }

  function findingItem(found, withUnit) {
    const [severity, code, unit, words, path, cell, field, raw, standing, note] = found;
    const known = typeof unit === "number";
    const [kind, word] = KINDS[severity];
    const place = [
      path ? pathOf(path, known ? codes[unit] : "", known ? units.name[unit] : unit || "") : "",
      field == null ? "" : data.fields[field].join(" · "), cell || "", raw ? `原值“${raw}”` : "",
    ].filter(Boolean).join("　");
    return make("li", null,
      make("span", { class: "severity " + kind }, kind === "closed" ? standing || word : word), " ",
      make("span", { class: "code" }, data.findings.codes[code][0]), " ",
      withUnit && known ? unitButton(unit) : "", withUnit && unit && !known ? isolated(unit) : "",
      make("p", null, isolated(words)),
      note ? make("p", null, "核实情况：", isolated(note)) : "",
      place ? make("p", { class: "place" }, isolated(place)) : "");
  }

  function filterFindings() {
    const { rows, codes: all } = data.findings;
    const some = rows.filter(([severity, code]) =>
      chosen.severities.has(severity) && (!chosen.code || all[code][0] === chosen.code));
    byId("shown").textContent = `这里有 ${grouped(some.length)} 条，一共 ${grouped(rows.length)} 条。`;
    showInParts(byId("list"), some, (one) => findingItem(one, true));
  }

  function startFindings() {
    const select = byId("code");
    if (!select) return;
    select.append(make("option", { value: "" }, "全部代码"));
    const offered = [...data.findings.codes].sort((one, other) => (one[0] < other[0] ? -1 : 1));
    for (const [code, title] of offered) select.append(make("option", { value: code }, `${code} ${title}`));
    select.addEventListener("change", () => {
      chosen.code = select.value;
      filterFindings();
    });
    const toggles = [...document.querySelectorAll("[data-severity]")];
    const press = (one, on) => {
      one.setAttribute("aria-pressed", on);
      chosen.severities[on ? "add" : "delete"](Number(one.dataset.severity));
    };
    for (const one of toggles) {
      press(one, one.getAttribute("aria-pressed") === "true");
      one.addEventListener("click", () => {
        press(one, one.getAttribute("aria-pressed") !== "true");
        filterFindings();
      });
    }
    for (const one of document.querySelectorAll("[data-code]")) {
      one.addEventListener("click", () => {
        select.value = chosen.code = one.dataset.code;
        for (const each of toggles) press(each, true);
        filterFindings();
        byId("shown").scrollIntoView({ block: "start" });
      });
    }
    filterFindings();
  }

  // -- whom to ask for what ----------------------------------------------------------------------------

  function askedItem([unit, words, opened]) {
    const person = data.people[unit];
    return make("li", null,
      unitButton(unit), person ? "　联系人：" : "", person ? isolated(person) : "",
      words ? make("p", null, isolated(`${words}。`)) : "",
      opened.length ? make("p", null, `${opened.length} 个单位的表要改：`) : "",
      opened.length ? make("ul", null, ...opened.map((one) => openedItem(one))) : "");
  }

  function openedItem([unit, number, problems]) {
    const lines = problems.map((one) => make("li", null, isolated(one)));
    return make("li", null, unitButton(unit), `（${number} 处）`, make("ul", null, ...lines));
  }

  // -- one unit ----------------------------------------------------------------------------------------

  function figureTable(unit) {
    const known = [["合计", data.totals[unit]], ["本级", data.own[unit]], ["差额", data.differences[unit]]];
    const columns = known.filter(([, figures]) => figures);
    const lines = [];
    data.fields.forEach((labels, field) => {
      const cells = columns.map(([, figures]) => figure(figures, field));
      if (cells.every((one) => one === null)) return;
      lines.push(row(make("th", { scope: "row" }, labels.join(" · ")), ...cells.map((one) => numberCell(one))));
    });
    if (!lines.length) return make("p", { class: "hint" }, "没有数。");
    return make("table", { class: "figures" },
      make("caption", null, `各栏的数（${data.bases[units.basis[unit]]}）`),
      make("thead", null, row(head("栏目"), ...columns.map(([text]) => head(text, "number")))),
      make("tbody", null, ...lines));
  }

  function returnsOf(unit) {
    const rows = data.returns.rows.filter(([of]) => of === unit);
    const items = rows.map(([, folder, name, scope, reason]) => make("li", null,
      isolated(pathOf([folder, name], codes[unit], units.name[unit])),
      scope < 0 ? "" : `（${data.returns.scopes[scope]}数）`, "：",
      reason ? isolated(`未计入，${data.returns.reasons[reason]}`) : "计入"));
    return items.length ? [make("h3", null, "报来的表"), make("ul", null, ...items)] : [];
  }

  function findingsOf(unit) {
    const items = data.findings.rows.filter((one) => one[2] === unit).map((one) => findingItem(one, false));
    return items.length ? [make("h3", null, "审核意见"), make("ul", null, ...items)] : [];
  }

  function ofMerge(unit) {
    return [figureTable(unit), ...returnsOf(unit), ...findingsOf(unit)];
  }

  function ofCollection(unit) {
    const { day, days, late } = data.filings;
    const asked = data.asked.find(([of]) => of === unit);
    const own = asked ? [] : data.asked.flatMap(([, , opened]) => opened).filter(([of]) => of === unit);
    return [
      day[unit] < 0 ? "" : make("p", null, `报送日期：${days[day[unit]]}${late[unit] ? "，过了截止日期" : "，按时"}。`),
      own.length ? make("h3", null, "要改的") : "",
      own.length ? make("ul", null, ...own.map((one) => openedItem(one))) : "",
      asked ? make("h3", null, "要催的") : "", asked ? make("ul", null, askedItem(asked)) : "",
    ];
  }

  function showUnit(unit) {
    const dialog = byId("unit");
    const counts = data.counts[unit];
    const chain = above(unit).flatMap((at) => [unitButton(at), " › "]);
    const facts = [data.levels[units.level[unit]], codes[unit]].filter(Boolean).join("　");
    fill(dialog,
      make("div", { class: "top" },
        make("h2", { id: "unit-title" }, isolated(units.name[unit])), button("plainly", "关闭", () => dialog.close())),
      make("p", { class: "hint" }, ...chain, isolated(facts)),
      make("p", null, stateMark(unit), " ", button("plainly", "在列表里看", () => {
        dialog.close();
        reveal(unit);
      })),
      counts && data.countHeads.length
        ? make("p", null, data.countHeads.map((text, at) => `${text} ${grouped(counts[at])}`).join("，") + "。") : "",
      data.people[unit] ? make("p", null, "联系人：", isolated(data.people[unit])) : "",
      ...(data.totals ? ofMerge(unit) : ofCollection(unit)).filter(Boolean));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }

  // -- all of it ---------------------------------------------------------------------------------------

  startTree();
  if (data.measures) offerMeasures();
  if (data.findings) startFindings();
  if (data.asked && byId("list")) showInParts(byId("list"), data.asked, askedItem);
  for (const one of document.querySelectorAll("[data-unit]")) {
    one.addEventListener("click", () => showUnit(Number(one.dataset.unit)));
  }
  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  for (const one of document.querySelectorAll(".tools")) one.hidden = false;
  byId("unscripted").hidden = true;
})();

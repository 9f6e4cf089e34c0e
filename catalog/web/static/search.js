// Results while typing: 150 ms after the last key, the last answer wins, arrows and Enter choose.
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const said = document.getElementById("search-said");
const language = document.documentElement.lang;
const words = JSON.parse(document.body.dataset.words);
let timer, asked = 0, chosen = -1;

function address(hit) {
  const member = hit.key.startsWith("schema/") ? "field" : "code";
  const on = new URLSearchParams(location.search).get("on");
  const path = `/id/${hit.key}` + (hit.code ? `/${member}/${encodeURIComponent(hit.code)}` : "");
  return on ? `${path}?on=${encodeURIComponent(on)}` : path;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function spoken(text) {
  return text ? text[language] || text.vi || text.en || "" : "";
}

function shownDay(day) {
  return language === "vi" ? day.split("-").reverse().join("/") : day;
}

function option(hit, index) {
  const item = element("li");
  item.id = `hit-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.address = address(hit);
  const first = element("span", "", "first");
  if (hit.code) first.append(element("code", hit.code), " ");
  const title = spoken(hit.title) || hit.key;
  let at = 0;
  for (const [start, end] of hit.highlight || []) {
    first.append(title.slice(at, start), element("mark", title.slice(start, end)));
    at = end;
  }
  first.append(title.slice(at));
  const days = hit.start ? shownDay(hit.start) + (hit.end ? ` – ${shownDay(hit.end)}` : " →") : "";
  const where = hit.code ? spoken(hit.artefact) || hit.key.split("/")[2] : hit.key.split("/").slice(1).join("/");
  item.append(first, element("small", [where, days].filter(Boolean).join(" · ")));
  if (hit.retired || !hit.in_force) item.classList.add("over");
  return item;
}

function close() {
  list.hidden = true;
  chosen = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function show(hits) {
  const kinds = new Map();
  for (const hit of hits) {
    const kind = hit.key.split("/")[0];
    kinds.set(kind, [...(kinds.get(kind) || []), hit]);
  }
  let index = 0;
  const groups = [...kinds].map(([kind, some]) => {
    const group = element("ul");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words[kind] || kind);
    const heading = element("li", words[kind] || kind, "group");
    heading.setAttribute("role", "presentation");
    group.append(heading, ...some.map((hit) => option(hit, index++)));
    const holder = element("li");
    holder.setAttribute("role", "presentation");
    holder.append(group);
    return holder;
  });
  list.replaceChildren(...groups);
  list.hidden = hits.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  box.removeAttribute("aria-activedescendant");
  said.textContent = hits.length ? "" : words.nothing;
  chosen = -1;
}

async function ask() {
  const text = box.value.trim();
  const turn = ++asked;
  if (!text) return close();
  const query = new URLSearchParams({ q: text, lang: language, limit: "10" });
  const on = new URLSearchParams(location.search).get("on");
  if (on) query.set("on", on);
  try {
    const answer = await fetch(`/api/v1/search?${query}`);
    if (!answer.ok || turn !== asked) return;
    const found = await answer.json();
    if (turn === asked) show(found.hits);
  } catch {
    if (turn === asked) close();
  }
}

function choose(step) {
  const items = [...list.querySelectorAll("[role=option]")];
  if (list.hidden || !items.length) return;
  chosen = chosen < 0 && step < 0 ? items.length - 1 : (chosen + step + items.length) % items.length;
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  box.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
}

if (box) {
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); choose(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(-1); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (event.key === "Enter") {
      clearTimeout(timer);
      const item = list.querySelector("[aria-selected=true]");
      if (item) { event.preventDefault(); location.assign(item.dataset.address); }
    }
  });
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) location.assign(item.dataset.address);
  });
  document.addEventListener("keydown", (event) => {
    const there = document.activeElement;
    const typing = there && (/^(INPUT|TEXTAREA|SELECT)$/.test(there.tagName) || there.isContentEditable);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
}

// What makes a page handier once it stands: copying, opening long texts, sorting, trees, filtering.
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
document.documentElement.classList.add("js");

// -- copying ---------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = words.copied;
  } catch {
    const shown = button.previousElementSibling;
    getSelection().selectAllChildren(shown);
  }
  setTimeout(() => { button.textContent = words.copy; }, 2000);
});

// -- long texts ------------------------------------------------------------------------------
function clampAll(within) {
  for (const text of within.querySelectorAll(".clamp")) {
    if (text.dataset.armed || text.scrollHeight <= text.clientHeight + 2) continue;
    text.dataset.armed = "yes";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "unclamp";
    button.textContent = words["more-text"];
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const open = text.classList.toggle("open");
      button.textContent = open ? words["less-text"] : words["more-text"];
      button.setAttribute("aria-expanded", String(open));
    });
    text.after(button);
  }
}

// -- sorting ---------------------------------------------------------------------------------
const order = new Intl.Collator(language, { numeric: true });

function sortable(table) {
  const body = table.tBodies[0];
  if (table.dataset.armed || !body || body.rows.length < 3) return;
  table.dataset.armed = "yes";
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    if (!cell.textContent.trim() || cell.querySelector(".hidden")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[column]?.dataset.sort ?? row.cells[column]?.textContent.trim() ?? "";
      const rows = [...body.rows].sort((a, b) => order.compare(value(a), value(b)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}

// -- trees -----------------------------------------------------------------------------------
function armTree(tree) {
  if (tree.dataset.armed) return;
  tree.dataset.armed = "yes";
  tree.setAttribute("role", "tree");
  tree.setAttribute("aria-label", tree.dataset.label);
  armItems(tree, 1);
  const first = tree.querySelector("#at") || tree.querySelector("li");
  if (first) first.tabIndex = 0;
  tree.addEventListener("click", (event) => {
    const more = event.target.closest(".rest a");
    const twisty = event.target.closest("a.twisty");
    if (more) { event.preventDefault(); goOn(tree, more); }
    else if (twisty) { event.preventDefault(); toggle(tree, twisty.closest("li")); }
  });
  tree.addEventListener("keydown", (event) => walk(tree, event));
}

function armItems(list, level) {
  for (const item of list.children) {
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", String(level));
    if (!item.hasAttribute("tabindex")) item.tabIndex = -1;
    for (const link of item.querySelectorAll(":scope > .node a, :scope > a")) link.tabIndex = -1;
    const inner = item.querySelector(":scope > ul");
    if (item.dataset.below) item.setAttribute("aria-expanded", String(Boolean(inner)));
    const twisty = item.querySelector(":scope > .node > a.twisty");
    if (twisty) twisty.setAttribute("aria-hidden", "true");
    if (inner) {
      inner.setAttribute("role", "group");
      armItems(inner, level + 1);
    }
  }
}

async function fragment(query) {
  const asked = new URLSearchParams(location.search);
  const wanted = new URLSearchParams({ ...query, part: "members" });
  for (const name of ["on", "known"]) if (asked.get(name)) wanted.set(name, asked.get(name));
  const base = document.querySelector("[data-base]")?.dataset.base || location.pathname;
  const answer = await fetch(`${base}?${wanted}`, { headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

async function toggle(tree, item) {
  const open = item.getAttribute("aria-expanded") === "true";
  let inner = item.querySelector(":scope > ul");
  if (!open && !inner) {
    item.setAttribute("aria-busy", "true");
    try {
      inner = (await fragment({ parent: item.dataset.code })).querySelector("ul");
    } catch {
      item.removeAttribute("aria-busy");
      return told(tree, words.failed);
    }
    item.removeAttribute("aria-busy");
    if (!inner) return;
    inner.setAttribute("role", "group");
    item.append(inner);
    armItems(inner, Number(item.getAttribute("aria-level")) + 1);
  }
  if (inner) inner.hidden = open;
  item.setAttribute("aria-expanded", String(!open));
  item.querySelector(":scope > .node > .twisty").classList.toggle("open", !open);
  const here = new URL(location.href);
  if (!open) here.searchParams.set("at", item.dataset.code);
  here.searchParams.delete("cursor");
  history.replaceState(null, "", here);
}

async function goOn(tree, link) {
  const last = link.closest("li");
  const level = Number(last.getAttribute("aria-level"));
  try {
    const query = { cursor: link.dataset.cursor };
    if (link.dataset.parent) query.parent = link.dataset.parent;
    const list = (await fragment(query)).querySelector("ul");
    const items = [...list.children];
    armItems(list, level);
    last.replaceWith(...items);
    focusOn(tree, items[0]);
  } catch {
    told(tree, words.failed);
  }
}

function told(tree, text) {
  let line = tree.previousElementSibling;
  if (!line?.classList.contains("tree-said")) {
    line = document.createElement("p");
    line.className = "tree-said notice";
    line.setAttribute("role", "status");
    tree.before(line);
  }
  line.textContent = text;
}

function focusOn(tree, item) {
  if (!item) return;
  for (const other of tree.querySelectorAll("li[tabindex='0']")) other.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}

function walk(tree, event) {
  const item = event.target.closest("li");
  if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
  const shown = [...tree.querySelectorAll("li")].filter((each) => !each.parentElement.closest("ul[hidden]") && !each.closest("ul[hidden]"));
  const at = shown.indexOf(item);
  const open = item.getAttribute("aria-expanded");
  let next = null;
  if (event.key === "ArrowDown") next = shown[at + 1];
  else if (event.key === "ArrowUp") next = shown[at - 1];
  else if (event.key === "Home") next = shown[0];
  else if (event.key === "End") next = shown[shown.length - 1];
  else if (event.key === "ArrowRight") open === "false" ? toggle(tree, item) : (next = open ? item.querySelector("li") : null);
  else if (event.key === "ArrowLeft") open === "true" ? toggle(tree, item) : (next = item.parentElement.closest("li"));
  else if (event.key === "Enter") item.querySelector(".node a.code, :scope > a")?.click();
  else return;
  event.preventDefault();
  focusOn(tree, next);
}

// -- filtering members while typing ----------------------------------------------------------
function liveFilter(form) {
  const box = form.querySelector("input[type=search]");
  const place = document.getElementById("member-part");
  let timer, turn = 0;
  async function filter() {
    const mine = ++turn;
    const text = box.value.trim();
    try {
      const found = await fragment(text ? { q: text } : {});
      if (mine !== turn) return;
      place.replaceChildren(...found.childNodes);
      arm(place);
      const here = new URL(location.href);
      for (const name of ["at", "cursor", "parent"]) here.searchParams.delete(name);
      text ? here.searchParams.set("q", text) : here.searchParams.delete("q");
      history.replaceState(null, "", here);
    } catch {
      form.submit();
    }
  }
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    filter();
  });
}

// A region that scrolls sideways can be reached by keys, also when nothing in it can.
function reachable(region) {
  if (region.scrollWidth <= region.clientWidth || region.querySelector("a, button, input")) return;
  region.tabIndex = 0;
}

function arm(within) {
  within.querySelectorAll(".scroll").forEach(reachable);
  clampAll(within);
  for (const table of within.querySelectorAll("table.sortable")) sortable(table);
  for (const tree of within.querySelectorAll("ul.tree")) armTree(tree);
}

arm(document);
document.querySelectorAll("form.live").forEach(liveFilter);
document.addEventListener("findings", (event) => arm(event.target));
for (const form of document.querySelectorAll("form.as-of")) {
  const day = form.querySelector("input[type=date]");
  if (day) day.addEventListener("keydown", (event) => { if (event.key === "Enter") form.requestSubmit(); });
}

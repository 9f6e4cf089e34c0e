// Results while typing: 150 ms after the last key, the last answer wins, arrows and Enter choose.
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const language = document.documentElement.lang;
let timer, asked = 0, chosen = -1;

function address(hit) {
  const member = hit.key.startsWith("schema/") ? "field" : "code";
  return `/id/${hit.key}` + (hit.code ? `/${member}/${encodeURIComponent(hit.code)}` : "");
}

function line(hit, index) {
  const item = document.createElement("li");
  item.id = `hit-${index}`;
  item.setAttribute("role", "option");
  const link = document.createElement("a");
  link.href = address(hit);
  link.tabIndex = -1;
  if (hit.code) {
    const code = document.createElement("code");
    code.textContent = hit.code;
    link.append(code, " ");
  }
  const title = hit.title[language] || hit.title.vi || hit.title.en || hit.key;
  let at = 0;
  for (const [start, end] of hit.highlight || []) {
    link.append(title.slice(at, start));
    const mark = document.createElement("mark");
    mark.textContent = title.slice(start, end);
    link.append(mark);
    at = end;
  }
  link.append(title.slice(at));
  const where = document.createElement("small");
  where.textContent = hit.key;
  link.append(where);
  item.append(link);
  return item;
}

function close() {
  list.hidden = true;
  chosen = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

async function ask() {
  const words = box.value.trim();
  if (!words) return close();
  const turn = ++asked;
  const query = new URLSearchParams({ q: words, lang: language, limit: "10" });
  const answer = await fetch(`/api/v1/search?${query}`);
  if (!answer.ok || turn !== asked) return;
  const found = await answer.json();
  if (turn !== asked) return;
  list.replaceChildren(...found.hits.map(line));
  list.hidden = found.hits.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  chosen = -1;
}

function choose(step) {
  const items = [...list.children];
  if (!items.length) return;
  chosen = (chosen + step + items.length) % items.length;
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  box.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
}

box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 150);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") { event.preventDefault(); choose(1); }
  else if (event.key === "ArrowUp") { event.preventDefault(); choose(-1); }
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault();
    list.children[chosen].querySelector("a").click();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    box.focus();
  }
});
document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
for (const each of document.querySelectorAll(".copy")) {
  each.title = language === "vi" ? "Bấm để chép" : "Click to copy";
  each.addEventListener("click", () => navigator.clipboard?.writeText(each.textContent));
}

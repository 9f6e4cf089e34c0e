// Checking without leaving the page: the same form is sent, and only the findings are put in.
const form = document.getElementById("check");
const place = document.getElementById("findings");
const busy = document.getElementById("checking");
const file = document.getElementById("file");
const drop = document.getElementById("drop");
const words = JSON.parse(document.body.dataset.words);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  busy.hidden = false;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch("/validate?part=findings", {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "text/html" },
    });
    const body = new DOMParser().parseFromString(await answer.text(), "text/html");
    const inner = body.querySelector("main") || body.body;
    place.replaceChildren(...inner.childNodes);
    place.dispatchEvent(new Event("findings", { bubbles: true }));
  } catch {
    place.textContent = words.failed;
  }
  busy.hidden = true;
  button.disabled = false;
  place.focus();
});

place.addEventListener("click", (event) => {
  const chip = event.target.closest("button.chip");
  if (!chip) return;
  const on = chip.getAttribute("aria-pressed") !== "true";
  for (const other of place.querySelectorAll("button.chip")) other.setAttribute("aria-pressed", "false");
  chip.setAttribute("aria-pressed", String(on));
  for (const row of place.querySelectorAll("tr[data-rule]")) {
    row.hidden = on && row.dataset.rule !== chip.dataset.rule;
  }
});

for (const name of ["dragover", "drop"]) {
  form.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.toggle("over-it", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) file.files = event.dataTransfer.files;
  });
}
form.addEventListener("dragleave", () => drop.classList.remove("over-it"));

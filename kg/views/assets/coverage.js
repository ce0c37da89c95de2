"use strict";
const said = JSON.parse(document.getElementById("payload").textContent);
const panel = document.getElementById("said");
const doubts = { stated: "", added: "added by the coder" };

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show(stretch) {
  document.querySelector("[aria-current]")?.removeAttribute("aria-current");
  stretch.setAttribute("aria-current", "true");
  const statements = said[stretch.closest("section").dataset.document];
  const list = document.createElement("ul");
  for (const at of (stretch.dataset.said || "").split(" ").filter(Boolean)) {
    const [kind, line, certainty] = statements[at];
    const item = element("li", line);
    item.append(element("small", [kind, doubts[certainty] ?? certainty].filter(Boolean).join(", ")));
    list.append(item);
  }
  const place = `${stretch.closest("section").dataset.source} ${stretch.dataset.at}`;
  panel.replaceChildren(element("h2", list.children.length === 1 ? "1 statement" : `${list.children.length} statements`), element("p", place), list);
}

document.getElementById("texts").addEventListener("click", (event) => {
  const stretch = event.target.closest("span[data-at]");
  if (stretch) show(stretch);
});
document.getElementById("texts").addEventListener("focusin", (event) => {
  if (event.target.dataset.said) show(event.target);
});
for (const button of document.querySelectorAll("button[data-state]")) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle(`hide-${button.dataset.state}`, !on);
  });
}

const open = [...document.querySelectorAll(".text .open")];
let at = -1;
function next() {
  if (!open.length) return;
  at = (at + 1) % open.length;
  open[at].scrollIntoView({ block: "center" });
  show(open[at]);
}
document.getElementById("next").addEventListener("click", next);
document.getElementById("next").disabled = open.length === 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) next();
});

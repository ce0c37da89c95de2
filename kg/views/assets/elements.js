"use strict";
/* The pieces that the page is made of. Every name enters the page through `el`, as text. */

/* Make an element; its children are elements or text, never markup. */
function el(tag, properties = {}, ...children) {
  const svg = ["svg", "path", "circle", "line"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

/* Outlines in a box of 16 by 16, as vis-network draws its shapes of the same names. */
const OUTLINES = {
  square: "M3 3h10v10H3z", diamond: "M8 1.2 14.8 8 8 14.8 1.2 8z", triangle: "M8 2l6.8 11.6H1.2z",
  triangleDown: "M8 14 1.2 2.4h13.6z", hexagon: "M4.6 2h6.8L14.8 8l-3.4 6H4.6L1.2 8z",
  star: "M8 .8l2.1 4.7 5.1.6-3.8 3.4 1 5L8 12l-4.4 2.5 1-5L.8 6.1l5.1-.6z", dot: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z",
};

const plural = (count, one, many = one + "s") => `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/* An identifier with a button that copies it. */
function copier(iri) {
  const button = el("button", { type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(iri); } catch { getSelection().selectAllChildren(code); document.execCommand("copy"); }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy identifier"; }, 1500);
  } }, "Copy identifier");
  const code = el("code", { title: iri }, iri);
  return el("p", { class: "copy" }, code, button);
}

/* Show lines of text beside a point of the stage, the first one strong, all within its bounds. */
function showTip(tip, lines, { x, y }) {
  const { clientWidth: width, clientHeight: height } = tip.offsetParent || document.body;
  tip.replaceChildren(lines[0], ...lines.slice(1).filter(Boolean).map((line) => el("span", {}, line)));
  tip.hidden = false;
  tip.style.left = `${Math.max(6, Math.min(x + 14, width - tip.offsetWidth - 8))}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > height ? y - tip.offsetHeight - 10 : y + 18}px`;
}

"use strict";
/* Names are set like those of towns: at one size however near or far the view is, the greatest first,
   beside, above or below their mark, and only where there is room. */

/* Boxes by the cells of 60 pixels that they touch, so that a box is compared with few others. */
class Room {
  constructor() { this.cells = new Map(); }

  cellsOf([left, top, right, bottom]) {
    const cells = [];
    for (let i = Math.floor(left / 60); i <= Math.floor(right / 60); i++) {
      for (let j = Math.floor(top / 60); j <= Math.floor(bottom / 60); j++) cells.push(i * 10007 + j);
    }
    return cells;
  }

  take(box) {
    for (const cell of this.cellsOf(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }

  /* How many of the boxes taken this one would cover, counted no further than one beyond `most`. */
  covered(box, most = 0) {
    const [left, top, right, bottom] = box;
    const met = new Set();
    for (const cell of this.cellsOf(box)) {
      for (const other of this.cells.get(cell) || []) {
        if (left < other[2] && right > other[0] && top < other[3] && bottom > other[1] && met.add(other).size > most) return met.size;
      }
    }
    return met.size;
  }
}

class Labels {
  static LINE = 15; // pixels
  static ROOM = 100; // pixels of width for each name that may cover lesser marks, or a crowd would have no name at all

  constructor() {
    this.boxes = [];
    this.measured = new Map();
  }

  /* Draw names in pixels of the stage; `marks` are {id, label, brief, x, y, r}, the greatest first, where
     `brief` is an acronym for a crowded place; no name enters a box of `covers`. With `centre`, a set of
     ids, all marks are wanted and those in it come first. */
  draw(context, theme, marks, covers, centre) {
    const { clientWidth: width, clientHeight: height } = context.canvas;
    const greatest = Math.round(width / Labels.ROOM);
    const seen = marks.filter(({ x, y }) => x > -60 && x < width + 60 && y > -30 && y < height + 30);
    if (centre) seen.sort((a, b) => centre.has(b.id) - centre.has(a.id));
    const [names, shapes] = [new Room(), new Room()];
    for (const { x, y, r } of seen) shapes.take([x - r, y - r, x + r, y + r]);
    for (const box of covers) names.take(box);
    const inside = (box) => box[0] > 0 && box[2] < width && box[1] > 0 && box[3] < height && !names.covered(box);
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: theme.paper, fillStyle: theme.ink });
    this.boxes = [];
    seen.forEach((mark, place) => {
      const sure = Boolean(centre && centre.has(mark.id));
      if (!centre && mark.r < 2.6) return;
      const strong = centre ? sure : place < greatest && mark.r > 12;
      const most = centre || place < greatest / 2 ? 40 : place < greatest ? 2 : 0;
      const fit = (name) => this.fit(context, mark, name, { strong, most, inside, shapes });
      const full = fit(mark.label);
      const brief = mark.brief && full?.cost !== 0 ? fit(mark.brief) : null;
      const chosen = brief && (!full || brief.cost < full.cost) ? brief : full;
      if (!chosen) return;
      names.take(chosen.box);
      this.boxes.push([chosen.box, mark.id]);
      Labels.write(context, chosen);
    });
  }

  /* The spot for a name that covers the fewest marks and no more than `most`, if there is any. */
  fit(context, mark, name, { strong, most, inside, shapes }) {
    const label = this.measure(context, name, strong);
    let best = null;
    for (const spot of Labels.spots(mark, label)) {
      const bound = best ? best.cost - 1 : most;
      const cost = inside(spot.box) ? shapes.covered(spot.box, bound) : Infinity;
      if (cost <= bound) best = { ...label, ...spot, cost };
      if (cost === 0) break;
    }
    return best;
  }

  static spots({ x, y, r }, { width: w, lines }) {
    const h = lines.length * Labels.LINE;
    const [under, over, right, left] = [y + r + 3 + h / 2, y - r - 3 - h / 2, x + r + 6 + w / 2, x - r - 6 - w / 2];
    const middles = [[x, under], [x, over], [right, y], [left, y]];
    for (const a of [right - r, left + r]) for (const b of [under - r / 2, over + r / 2]) middles.push([a, b]);
    return middles.map(([a, b]) => ({ x: a, y: b, box: [a - w / 2 - 3, b - h / 2, a + w / 2 + 3, b + h / 2] }));
  }

  static write(context, { font, lines, x, y }) {
    context.font = font;
    lines.forEach((line, row) => {
      const middle = y + (row - (lines.length - 1) / 2) * Labels.LINE;
      context.strokeText(line, x, middle);
      context.fillText(line, x, middle);
    });
  }

  measure(context, name, strong) {
    const key = `${strong ? 1 : 0}${name}`;
    if (!this.measured.has(key)) {
      this.family ||= getComputedStyle(document.body).fontFamily;
      const font = `${strong ? 600 : 400} 12.5px ${this.family}`;
      const lines = Labels.wrap(name);
      context.font = font;
      this.measured.set(key, { font, lines, width: Math.max(...lines.map((line) => context.measureText(line).width)) });
    }
    return this.measured.get(key);
  }

  static wrap(label, length = 24, most = 3) {
    const lines = [""];
    for (const word of label.split(/\s+/).flatMap((part) => part.match(/.{1,28}/gsu) || [])) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (longer.length <= length || !lines.at(-1)) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.length > most ? [...lines.slice(0, most - 1), `${lines[most - 1]} …`] : lines;
  }

  /* The id of the actor whose name stands at this point of the stage, if any. */
  at(x, y) {
    const found = this.boxes.find(([[left, top, right, bottom]]) => x > left && x < right && y > top && y < bottom);
    return found && found[1];
  }
}

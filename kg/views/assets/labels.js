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
      if (!this.cells.has(cell)) this.cells.set(cell, new Set());
      this.cells.get(cell).add(box);
    }
  }

  leave(box) { for (const cell of this.cellsOf(box)) this.cells.get(cell).delete(box); }

  /* The boxes taken that this one would cover, counted no further than one beyond `most`. */
  covered(box, most = 0) {
    const [left, top, right, bottom] = box;
    const met = new Set();
    for (const cell of this.cellsOf(box)) {
      for (const other of this.cells.get(cell) || []) {
        if (left < other[2] && right > other[0] && top < other[3] && bottom > other[1] && met.add(other).size > most) return met;
      }
    }
    return met;
  }
}

class Labels {
  static LINE = 15; // pixels
  static LENGTHS = [24, 16, 40]; // letters of a line: the usual, then narrower, then wider where that finds room
  static SPECK = 4; // pixels of radius; lesser marks may be covered, or a crowd of them would have no name at all
  static GREATEST = 5; // marks that have a name wherever there is any room for it
  static CROWD = 400; // marks; beyond it names take the first place they find

  constructor() {
    this.boxes = [];
    this.measured = new Map();
  }

  /* Draw names in pixels of the stage; `marks` are {id, label, brief, x, y, r}, the greatest first, where
     `brief` is a shorter name for a crowded place; no name covers another, a mark or a box of `covers`, and
     none lies on more of the points of `lines` than it must.
     With `centre`, a set of ids, all marks are wanted and those in it come first. */
  draw(context, theme, { marks, lines, covers, centre }) {
    const { clientWidth: width, clientHeight: height } = context.canvas;
    const seen = marks.filter(({ x, y }) => x > -60 && x < width + 60 && y > -30 && y < height + 30);
    if (centre) seen.sort((a, b) => centre.has(b.id) - centre.has(a.id));
    const [names, shapes, specks, threads] = [new Room(), new Room(), new Room(), new Room()];
    for (const { x, y } of lines) threads.take([x - 1, y - 1, x + 1, y + 1]);
    const shapeOf = new Map(seen.map(({ id, x, y, r }) => [id, [x - 1.15 * r - 1, y - 1.07 * r - 1, x + 1.15 * r + 1, y + 1.07 * r + 1]])); // triangles are wider, stars higher than their size
    const sizes = new Map(seen.map(({ id, r }) => [shapeOf.get(id), r]));
    for (const { id, r } of seen) (r < Labels.SPECK ? specks : shapes).take(shapeOf.get(id));
    for (const box of covers) shapes.take(box);
    // one of the greatest, in a crowd, may stand on marks of half its size rather than have no name
    const free = (box, least) => box[0] > 0 && box[2] < width && box[1] > 0 && box[3] < height && [...shapes.covered(box, least ? 9 : 0)].every((one) => sizes.get(one) < least);
    const apart = ([left, top, right, bottom], id) => [...shapes.covered([left - 9, top - 9, right + 9, bottom + 9], 1)].every((one) => one === shapeOf.get(id));
    const wanted = seen.filter((mark) => centre || mark.r >= 2.6);
    const lengths = wanted.length > Labels.CROWD ? Labels.LENGTHS.slice(0, 1) : Labels.LENGTHS;
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: theme.paper, fillStyle: theme.ink });
    const placed = new Map(); // the spots taken, by the box and by the mark
    const put = (spot) => { names.take(spot.box); placed.set(spot.box, spot).set(spot.id, spot); };
    const lift = (spot) => { names.leave(spot.box); placed.delete(spot.box); placed.delete(spot.id); };
    const choices = [];
    wanted.forEach((mark, place) => {
      const most = place < width / 100 ? 40 : 0; // specks under the name of a great one
      const least = place < Labels.GREATEST ? mark.r / 2 : 0;
      const spots = this.spots(context, mark, lengths, Boolean(centre?.has(mark.id))).filter(({ box }) => free(box, least) && specks.covered(box, most).size <= most);
      // beside another's mark it would seem that one's name, and on lines it is hard to read
      if (lengths.length > 1) {
        spots.forEach((one, at) => { one.cost = 0.04 * at + (apart(one.box, mark.id) ? 0 : 1.5) + 4 * shapes.covered(one.box, 9).size + 0.12 * threads.covered(one.box, 15).size; });
        spots.sort((a, b) => a.cost - b.cost);
      }
      for (const spot of spots) Object.assign(spot, { id: mark.id, spots });
      const spot = spots.find(({ box }) => !names.covered(box).size);
      if (spot) put(spot);
      choices.push(spots);
    });
    if (lengths.length > 1) for (let round = 0; round < 2; round++) for (const spots of choices) Labels.makeWay(spots, names, placed, put, lift);
    const chosen = choices.map(([first]) => first && placed.get(first.id)).filter(Boolean);
    this.boxes = chosen.map(({ box, id }) => [box, id]);
    for (const spot of chosen) Labels.write(context, spot);
  }

  /* Find a better place for a name, or any, by moving one other name elsewhere if that costs less. */
  static makeWay(spots, names, placed, put, lift) {
    const old = spots.length ? placed.get(spots[0].id) : null;
    const worst = old ? old.cost : 9;
    if (old) lift(old);
    for (const spot of spots) {
      if (spot.cost > worst - 0.5) break;
      const met = [...names.covered(spot.box, 1)];
      if (met.length > 1) continue;
      const other = placed.get(met[0]);
      if (other) lift(other);
      put(spot);
      const after = other?.spots.find(({ box }) => !names.covered(box).size);
      if (!other || (after && spot.cost + after.cost < worst + other.cost - 0.2)) { if (after) put(after); return; }
      lift(spot);
      put(other);
    }
    if (old) put(old);
  }

  /* All places for the names of a mark, the best first; a shorter name comes after the full one,
     and before one that is cut off. */
  spots(context, mark, lengths, strong) {
    const full = lengths.map((length) => this.measure(context, mark.label, length, strong));
    const brief = mark.brief ? [this.measure(context, mark.brief, lengths[0], strong)] : [];
    const cut = ({ lines }) => lines.at(-1).endsWith(" …");
    const forms = [...full.slice(0, 1), ...brief, ...full.slice(1)].sort((a, b) => cut(a) - cut(b));
    const texts = new Set();
    return forms.filter(({ lines }) => texts.size < texts.add(lines.join("\n")).size).flatMap((label) => Labels.around(mark, label));
  }

  static around({ x, y, r }, label) {
    const [w, h] = [label.width, label.lines.length * Labels.LINE];
    const [under, over, right, left] = [y + r + 4 + h / 2, y - r - 4 - h / 2, x + r * 1.15 + 8 + w / 2, x - r * 1.15 - 8 - w / 2];
    const middles = [[x, under], [x, over], [right, y], [left, y]];
    for (const side of [w / 4, -w / 4]) for (const row of [under, over]) middles.push([x + side, row]);
    for (const side of [w / 2 - r, r - w / 2]) for (const row of [under, over]) middles.push([x + side, row]);
    for (const side of [right, left]) for (const row of [y + (h + r) / 2, y - (h + r) / 2]) middles.push([side, row]);
    return middles.map(([a, b]) => ({ ...label, x: a, y: b, box: [a - w / 2 - 5, b - h / 2, a + w / 2 + 5, b + h / 2] }));
  }

  static write(context, { font, lines, x, y }) {
    context.font = font;
    lines.forEach((line, row) => {
      const middle = y + (row - (lines.length - 1) / 2) * Labels.LINE;
      context.strokeText(line, x, middle);
      context.fillText(line, x, middle);
    });
  }

  measure(context, name, length, strong) {
    const key = `${strong ? 1 : 0} ${length} ${name}`;
    if (!this.measured.has(key)) {
      this.family ||= getComputedStyle(document.body).fontFamily;
      const font = `${strong ? 600 : 400} 12.5px ${this.family}`;
      const lines = Labels.wrap(name, length);
      context.font = font;
      this.measured.set(key, { font, lines, width: Math.max(...lines.map((line) => context.measureText(line).width)) });
    }
    return this.measured.get(key);
  }

  static wrap(label, length, most = 3) {
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

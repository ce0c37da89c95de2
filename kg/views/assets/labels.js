"use strict";
/* Names are set like those of towns: at one size however near or far the view is, the greatest first,
   beside, above or below their mark, and only where there is room. */

class Room {
  constructor() { this.cells = new Map(); }

  * around([left, top, right, bottom]) {
    for (let i = Math.floor(left / 60); i <= Math.floor(right / 60); i++) {
      for (let j = Math.floor(top / 60); j <= Math.floor(bottom / 60); j++) yield i * 10007 + j;
    }
  }

  take(box) {
    for (const cell of this.around(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }

  free(box) {
    const [left, top, right, bottom] = box;
    for (const cell of this.around(box)) {
      for (const [l, t, r, b] of this.cells.get(cell) || []) if (left < r && right > l && top < b && bottom > t) return false;
    }
    return true;
  }
}

class Labels {
  static LINE = 15; // pixels
  static GREATEST = 16; // so many names may cover other marks, or a crowd would have no name at all

  constructor() {
    this.boxes = [];
    this.measured = new Map();
  }

  /* Draw names in pixels of the stage; `marks` are {id, label, x, y, r}, the greatest first. With
     `centre`, a set of ids, all marks are wanted and those in it always get their name. */
  draw(context, theme, marks, centre) {
    const { clientWidth: width, clientHeight: height } = context.canvas;
    const seen = marks.filter(({ x, y }) => x > -60 && x < width + 60 && y > -30 && y < height + 30);
    if (centre) seen.sort((a, b) => centre.has(b.id) - centre.has(a.id));
    const [names, shapes] = [new Room(), new Room()];
    for (const { x, y, r } of seen) shapes.take([x - r, y - r, x + r, y + r]);
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: theme.paper, fillStyle: theme.ink });
    this.boxes = [];
    seen.forEach((mark, place) => {
      const sure = centre ? centre.has(mark.id) : false;
      if (!centre && mark.r < 2.6) return;
      const label = this.measure(context, mark, centre ? sure : place < Labels.GREATEST && mark.r > 9);
      const spots = Labels.spots(mark, label);
      let spot = spots.find(({ box }) => names.free(box) && shapes.free(box));
      if (!spot && (centre || place < Labels.GREATEST)) spot = spots.find(({ box }) => names.free(box));
      if (!spot && sure) spot = spots[0];
      if (!spot) return;
      names.take(spot.box);
      this.boxes.push([spot.box, mark.id]);
      Labels.write(context, label, spot);
    });
  }

  static spots({ x, y, r }, { width: w, lines }) {
    const h = lines.length * Labels.LINE;
    const middles = [[x, y + r + 3 + h / 2], [x, y - r - 3 - h / 2], [x + r + 6 + w / 2, y], [x - r - 6 - w / 2, y]];
    return middles.map(([a, b]) => ({ x: a, y: b, box: [a - w / 2 - 3, b - h / 2, a + w / 2 + 3, b + h / 2] }));
  }

  static write(context, { font, lines }, { x, y }) {
    context.font = font;
    lines.forEach((line, row) => {
      const middle = y + (row - (lines.length - 1) / 2) * Labels.LINE;
      context.strokeText(line, x, middle);
      context.fillText(line, x, middle);
    });
  }

  measure(context, { id, label }, strong) {
    const key = `${strong ? 1 : 0}${id}`;
    if (!this.measured.has(key)) {
      const font = `${strong ? 650 : 450} 12.5px ${getComputedStyle(document.body).fontFamily}`;
      const lines = Labels.wrap(label);
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

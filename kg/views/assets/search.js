"use strict";
/* Finds actors by any of their names, whatever the case, accents and punctuation. */
class NameIndex {
  static LETTERS = { ø: "o", đ: "d", ð: "d", ł: "l", ß: "ss", æ: "ae", œ: "oe", ı: "i", þ: "th" };

  static fold(text) {
    const bare = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    return bare.replace(/[øđðłßæœıþ]/g, (letter) => NameIndex.LETTERS[letter]).replace(/[\s\p{P}]+/gu, " ").trim();
  }

  /* `names` holds {node, name, at}, where `at` is 0 for the label and counts the other names. */
  constructor(names) {
    this.names = names.map((one) => ({ ...one, folded: NameIndex.fold(one.name) }));
  }

  /* The whole name first, then its beginning, then the beginning of a word, then any part. */
  static rank(folded, asked) {
    if (folded === asked) return 0;
    if (folded.startsWith(asked)) return 1;
    if (folded.includes(` ${asked}`)) return 2;
    return folded.includes(asked) ? 3 : Infinity;
  }

  find(text, most = 12) {
    const asked = NameIndex.fold(text);
    if (!asked) return [];
    const best = new Map();
    for (const one of this.names) {
      const rank = NameIndex.rank(one.folded, asked);
      if (rank < (best.get(one.node.id)?.rank ?? Infinity)) best.set(one.node.id, { ...one, rank });
    }
    return [...best.values()].sort((a, b) => a.rank - b.rank || b.node.size - a.node.size).slice(0, most);
  }
}

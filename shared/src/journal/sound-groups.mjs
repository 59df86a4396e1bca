import { groupCrc } from "./journal-file.mjs";

/** A row whose checksum holds: then its numbers and its bytes are those that were written. */
export function isSound({ first, count, crc, body }) {
  return Buffer.isBuffer(body) && Number.isSafeInteger(count) && groupCrc(first, count, body) === crc;
}

export const isCorruption = (error) => /^SQLITE_(CORRUPT|NOTADB)/.test(error?.code ?? "");

/** Groups looked at before `seq` for the one that holds it, when a damaged one stands in its place. */
const LOOK_BACK = 3;

/**
 * The way past damage: the sound group that holds `seq`, else the next sound one up to record `through`, else null;
 * and the rows on the way whose checksums fail. A page that SQLite cannot read is jumped over by asking for ever
 * later groups. Errors other than damage are thrown.
 */
export function findSound(db, seq, through) {
  const columns = "SELECT first, count, crc, body FROM groups";
  const before = asking(db.prepare(`${columns} WHERE first <= ? ORDER BY first DESC LIMIT 1`));
  const after = asking(db.prepare(`${columns} WHERE first > ? ORDER BY first LIMIT 1`));
  const damaged = [];

  let at = seq;
  for (let i = 0; i < LOOK_BACK; i++) {
    const row = before(at);
    if (row === undefined || row === "unreadable") break;
    if (isSound(row)) {
      if (row.first <= seq && row.first + row.count > seq) return { group: row, damaged };
      break;
    }
    damaged.push(row);
    at = row.first - 1;
  }

  for (let from = seq; from < through; ) {
    let row = after(from);
    if (row === "unreadable") {
      from = firstReadable(after, from, through);
      row = from < through ? after(from) : undefined;
    }
    if (row === undefined || row === "unreadable") break;
    if (isSound(row) && row.first > from) return { group: row, damaged };
    damaged.push(row);
    // Where rows are out of order the answer may lie behind the question.
    from = Math.max(from + 1, Math.min(row.first, through));
  }
  return { group: null, damaged };
}

/** A question whose answer may be that the page is damaged. */
function asking(statement) {
  return (value) => {
    try {
      return statement.get(value);
    } catch (error) {
      if (isCorruption(error)) return "unreadable";
      throw error;
    }
  };
}

/** Doubles its steps until something can be read, then halves them back: the smallest start that works, or nearly. */
function firstReadable(after, from, through) {
  let bad = from;
  let good = from;
  for (let step = 1; good < through; step *= 2) {
    good = Math.min(through, from + step);
    if (after(good) !== "unreadable") break;
    bad = good;
  }
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (after(middle) === "unreadable") bad = middle;
    else good = middle;
  }
  return good;
}

/**
 * The journal's own thread: the only writer of its file. It commits the groups it is handed, one transaction
 * (one fsync) per message, keeps the readers' offsets, and trims what every reader has got.
 *
 * Plain JavaScript on purpose: a worker does not inherit the loader of its parent under vitest, and registering
 * one in each worker costs 0.1 s and 30 MB. So it imports no TypeScript of ours.
 */
import { existsSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { openWitness } from "./head-witness.mjs";
import { groupCrc, headCrc, inTransaction, replaceHandle } from "./journal-file.mjs";
import { markDamaged, openRepaired } from "./journal-repair.mjs";
import { keepCopy, keepText } from "./quarantine.mjs";
import { isCorruption } from "./sound-groups.mjs";

const { file, maxBytes, maxAgeMs, requiredReaders, syncEachCommit } = workerData;
/** Small deletes keep a commit that waits behind one under 10 ms (measured: 200 rows of 20 KB take at most 7 ms). */
const TRIM_ROWS = 200;
const TRIM_EVERY_MS = 100;
/** A reader's progress is written this often; a crash in between only keeps records a little longer. */
const OFFSETS_EVERY_MS = 1_000;
/** After about this much the write-ahead log is brought into the file, as SQLite itself would. */
const CHECKPOINT_BYTES = 4_194_304;
/** What a commit logs beside its bodies: whole pages, of the table's end and of the head, however small the record. */
const COMMIT_BYTES = 12_288;

/** Held for life: two writers of one file would give out the same sequence numbers. The system frees it on death. */
function lockFile() {
  const lock = new Database(`${file}-lock`, { timeout: 0 });
  lock.pragma("locking_mode = EXCLUSIVE");
  lock.exec("BEGIN EXCLUSIVE");
  return lock;
}

let open;
let witness;
/** The handle has had an I/O error: nothing more goes through it. */
let ill = false;
let reopened = 0;
let head = 0;
let heldBytes = 0;
let sinceCheckpoint = 0;
let trimmedThrough = 0;
let offsetsDirty = false;
const offsets = new Map();

/** Newest record of the file: by the head that is kept apart from the groups, else by the newest of them. */
function headInFile() {
  const saved = open.savedHead.get();
  if (saved && saved.crc === headCrc(saved.seq)) return saved.seq;
  const newest = open.newest.get();
  return newest ? newest.first + newest.count - 1 : 0;
}

/** Records that were committed and are gone without a trace in the file: their numbers are not given out again. */
function keepShortLog(told) {
  const suffix = `.${head + 1}-${told}`;
  const lost = { from: head + 1, through: told, reason: "the end of the write-ahead log is gone" };
  if (existsSync(`${file}-wal`)) keepCopy(`${file}-wal`, suffix);
  keepText(file, `${suffix}.json`, `${JSON.stringify(lost)}\n`);
  inTransaction(open.db, () => open.saveHead.run(told, headCrc(told)));
  head = told;
}

function restore() {
  head = headInFile();
  const told = witness.read();
  if (told > head) keepShortLog(told);
  heldBytes = open.size.get();
  const oldest = open.oldest.get(1);
  trimmedThrough = oldest ? oldest.first - 1 : 0;
  for (const { name, seq } of open.readers.all()) offsets.set(name, seq);
}

/** Runs `work` on a handle that is well. An error that casts doubt on the handle makes the next call begin with another. */
function onSoundHandle(work) {
  if (ill) {
    open = replaceHandle(open, file, syncEachCommit);
    demandHead();
    reopened += 1;
    ill = false;
  }
  try {
    work();
  } catch (error) {
    if (isCorruption(error)) endDamaged(error);
    ill = !open.db.open || /^SQLITE_IOERR/.test(error.code ?? "");
    throw error;
  }
}

/** Out of the reach of any caller's catch: the program ends, and its next start repairs the file. */
function endDamaged(error) {
  markDamaged(file);
  setImmediate(() => {
    throw error;
  });
}

/** What was told as committed must be there: a program that went on without it would give out its numbers again. */
function demandHead() {
  const found = headInFile();
  if (found >= head) return;
  const error = new Error(`${file} ends with record ${found}, but ${head} was told as committed`);
  endDamaged(error);
  throw error;
}

function commit(groups) {
  let seq = head;
  let bytes = 0;
  inTransaction(open.db, () => {
    const now = Date.now();
    for (const { buffer, length, count } of groups) {
      const body = Buffer.from(buffer, 0, length);
      const first = seq + 1;
      open.insert.run(first, count, now, groupCrc(first, count, body), body);
      seq += count;
      bytes += length;
    }
    open.saveHead.run(seq, headCrc(seq));
  });
  head = seq;
  witness.write(head);
  heldBytes += bytes;
  sinceCheckpoint += bytes + COMMIT_BYTES;
}

/** After the commit has been told: who waits for an acknowledgement need not wait for this too. */
function checkpoint() {
  if (sinceCheckpoint < CHECKPOINT_BYTES) return;
  sinceCheckpoint = 0;
  open.db.pragma("wal_checkpoint(PASSIVE)");
}

/** A report beyond the head comes from a reader of an earlier file of this name: it has read nothing of this one. */
function report(reader, seq) {
  const known = offsets.has(reader);
  offsets.set(reader, seq > head ? 0 : seq);
  offsetsDirty = true;
  if (!known) saveOffsets();
}

function saveOffsets() {
  if (!offsetsDirty) return;
  inTransaction(open.db, () => {
    for (const [name, seq] of offsets) open.saveReader.run(name, seq);
  });
  offsetsDirty = false;
}

/** Everything up to here has been read by all. 0 while a required reader, or any reader at all, is yet unknown. */
function readByAll() {
  if (offsets.size === 0 || requiredReaders.some((name) => !offsets.has(name))) return 0;
  return Math.min(...offsets.values());
}

/** Deletes at most TRIM_ROWS groups that all have read and that are too many or too old. Never the newest one: it carries the sequence. */
function trim() {
  const read = readByAll();
  if (read <= trimmedThrough) return;
  const expired = Date.now() - maxAgeMs;
  let cut = 0;
  let last = trimmedThrough;
  let kept = heldBytes;
  for (const { first, count, at, bytes } of open.oldest.all(TRIM_ROWS)) {
    const end = first + count - 1;
    if (end > read || end >= head || (kept <= maxBytes && at > expired)) break;
    cut = first;
    last = end;
    kept -= bytes;
  }
  if (cut === 0) return;
  inTransaction(open.db, () => open.remove.run(cut));
  heldBytes = kept;
  trimmedThrough = last;
  parentPort.postMessage({ type: "trimmed", through: last, heldBytes });
}

const describe = (error) => ({ message: error.message, code: error.code ?? "" });

/** Upkeep never fails a caller: it is tried again on the next beat, and a disk that is ill fails the commits too. */
function upkeep(work) {
  try {
    onSoundHandle(work);
  } catch (error) {
    parentPort.postMessage({ type: "upkeep-failed", reopened, ...describe(error) });
  }
}

function start() {
  let lock;
  try {
    lock = lockFile();
    witness = openWitness(file);
    open = openRepaired(file, syncEachCommit, witness.read());
    restore();
  } catch (error) {
    // Without a listener or a timer the thread ends by itself, after this message has been delivered.
    parentPort.postMessage({ type: "open-failed", ...describe(error), locked: lock === undefined });
    lock?.close();
    return;
  }
  parentPort.postMessage({ type: "ready", head, trimmedThrough, heldBytes });
  const trimming = setInterval(() => upkeep(trim), TRIM_EVERY_MS);
  const saving = setInterval(() => upkeep(saveOffsets), OFFSETS_EVERY_MS);

  parentPort.on("message", (message) => {
    if (message.type === "commit") {
      try {
        onSoundHandle(() => commit(message.groups));
        parentPort.postMessage({ type: "committed", head, heldBytes, reopened });
      } catch (error) {
        // The log begins anew once it has been brought into the file: that may be all the room there is.
        if (error.code === "SQLITE_FULL") sinceCheckpoint = CHECKPOINT_BYTES;
        parentPort.postMessage({ type: "failed", reopened, ...describe(error) });
      }
      upkeep(checkpoint);
    } else if (message.type === "offset") {
      upkeep(() => report(message.reader, message.seq));
    } else if (message.type === "close") {
      clearInterval(trimming);
      clearInterval(saving);
      upkeep(saveOffsets);
      if (open.db.open) open.db.close();
      witness.close();
      lock.close();
      parentPort.close();
    }
  });
}

start();

import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { headCrc, inTransaction, openJournalFile } from "./journal-file.mjs";
import { keepCopy, syncFolder } from "./quarantine.mjs";
import { findSound, isCorruption } from "./sound-groups.mjs";

/** A larger file is not read through at each start; its pages are walked, and each group is checked when it is read. */
const READ_THROUGH_BYTES = 67_108_864;

/**
 * The journal's file, opened for its writer and sound. One whose structure is damaged, or that a running writer has
 * marked, is kept aside in the quarantine and replaced by one with every group that can be saved: what is missing is
 * then a gap to its readers. `told` is the newest record known to have been committed. Throws where not even the head
 * can be told: a new file would give out numbers a second time.
 */
export function openRepaired(file, syncEachCommit, told) {
  let open = null;
  try {
    if (!existsSync(marker(file))) {
      open = openJournalFile(file, syncEachCommit);
      if (isWell(open.db)) return open;
    }
  } catch (error) {
    if (!isCorruption(error)) throw error;
  }
  const suffix = `.${new Date().toISOString().replaceAll(":", "-")}`;
  // Before the handle is closed: closing may still write.
  const copies = [file, `${file}-wal`].filter(existsSync).map((name) => keepCopy(name, suffix));
  open?.db.close();
  try {
    repair(file, told);
  } catch (error) {
    // It stays where it is; copies of it at each attempt to start would fill the disk.
    for (const copy of copies) rmSync(copy, { force: true });
    throw error;
  }
  rmSync(marker(file), { force: true });
  return openJournalFile(file, syncEachCommit);
}

const marker = (file) => `${file}-damaged`;

/** Says to the next start that this file is damaged, even where its check would not find it. */
export const markDamaged = (file) => writeFileSync(marker(file), "", { flush: true });

function isWell(db) {
  const bytes = db.pragma("page_count", { simple: true }) * db.pragma("page_size", { simple: true });
  if (bytes <= READ_THROUGH_BYTES) return db.pragma("quick_check(1)", { simple: true }) === "ok";
  db.prepare("SELECT sum(length(body)) FROM groups").get();
  return true;
}

function repair(file, told) {
  const fresh = `${file}-repaired`;
  const beside = (name) => [`${name}-wal`, `${name}-shm`];
  for (const name of [fresh, ...beside(fresh)]) rmSync(name, { force: true });
  const source = new Database(file, { fileMustExist: true });
  const target = openJournalFile(fresh, true);
  try {
    const head = Math.max(told, headOf(source));
    if (head === 0) throw Object.assign(new Error("its head cannot be read"), { code: "SQLITE_CORRUPT" });
    copySound(source, target, head);
    inTransaction(target.db, () => {
      target.saveHead.run(head, headCrc(head));
      for (const { name, seq } of attempt(() => source.prepare("SELECT name, seq FROM readers").all()) ?? [])
        if (seq <= head) target.saveReader.run(name, seq);
    });
  } finally {
    target.db.close();
    source.close();
  }
  for (const name of beside(file)) rmSync(name, { force: true });
  renameSync(fresh, file);
  syncFolder(dirname(file));
}

/** 0 where it cannot be told. */
function headOf(db) {
  const saved = attempt(() => db.prepare("SELECT seq, crc FROM head").get());
  return saved && headCrc(saved.seq) === saved.crc ? saved.seq : 0;
}

/** Some megabytes in one transaction: one group each would be one fsync each. */
function copySound(source, target, head) {
  for (let next = 1; next <= head; ) {
    inTransaction(target.db, () => {
      for (let bytes = 0; bytes < READ_THROUGH_BYTES && next <= head; ) {
        const { group } = findSound(source, next, head);
        if (group) target.insert.run(group.first, group.count, Date.now(), group.crc, group.body);
        bytes += group?.body.length ?? 0;
        next = group ? group.first + group.count : head + 1;
      }
    });
  }
}

function attempt(read) {
  try {
    return read();
  } catch (error) {
    if (isCorruption(error) || error.code === "SQLITE_ERROR") return null;
    throw error;
  }
}

/**
 * The session file's own thread: one transaction, and so one fsync, for all changes it is handed at once. A commit
 * on the broker's thread would stop every device for as long as the disk takes.
 *
 * Plain JavaScript on purpose, like the journal's: a worker does not inherit its parent's loader under vitest.
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

const db = new Database(workerData.file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("journal_size_limit = 16777216");
const statements = Object.fromEntries(
  Object.entries(workerData.statements).map(([name, sql]) => [name, db.prepare(sql)]),
);
const apply = db.transaction((changes) => {
  for (const [name, ...values] of changes) statements[name].run(...values);
});

parentPort.on("message", (changes) => {
  if (changes === "close") {
    db.close();
    parentPort.close();
    return;
  }
  try {
    apply(changes);
    parentPort.postMessage(null);
  } catch (error) {
    parentPort.postMessage(String(error.message));
  }
});

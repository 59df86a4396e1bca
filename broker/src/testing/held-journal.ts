import type { AppendDone, JournalWriter } from "@millwright/shared/journal/journal";

/** A journal in memory that commits when it is told to, or fails. */
export function heldJournal() {
  let waiting: AppendDone[] = [];
  let auto = false;
  let failure: Error | null = null;
  let head = 0;
  const settle = () => {
    const now = waiting;
    waiting = [];
    for (const done of now) {
      if (failure === null) head += 1;
      done(failure);
    }
  };
  const journal: JournalWriter = {
    append(_record, done) {
      waiting.push(done);
      if (auto) setImmediate(settle);
    },
    head: () => head,
    reportOffset: () => undefined,
    onCommit: () => undefined,
    stats: () => ({ records: head, bytes: 0, groups: 0, failures: 0, trimmedThrough: 0 }),
    async close() {
      settle();
    },
  };
  return {
    journal,
    waiting: () => waiting.length,
    commit: settle,
    /** From now on each append is settled by itself, with this outcome. */
    run(outcome: Error | null) {
      auto = true;
      failure = outcome;
      settle();
    },
  };
}

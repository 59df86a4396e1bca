import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { damageJournal } from "../damage/journal.ts";
import { damagePortalDb } from "../damage/portal-db.ts";
import { checklist, type Proof } from "../promise.ts";

/** One flipped bit or one byte less anywhere in what lies on the disk: told, kept aside, and the rest served. */
export const bitFlips: Proof = {
  title: "damage on the disk is found and told, never served",
  async prove({ random, long }) {
    const { failures, expect } = checklist();
    const dir = mkdtempSync(join(tmpdir(), "prove-bits-"));
    try {
      const attempts = long ? 200 : 40;
      const { count, control } = await damageJournal(dir, attempts, random);
      expect(control > 0, "no change hit a record: the control has nothing to serve wrongly");
      expect(count.gap > 0, "no damage was passed over: nothing was proven of that");
      const db = damagePortalDb(dir, attempts, random);
      const note = [
        `journal: ${count.harmless} harmless, ${count.gap} kept aside and told, ${count.refused} refused; without checksums ${control} served wrong`,
        `portal.db: ${db.refused} refused with what to do, ${db.failed} otherwise, ${db.harmless} harmless, ${db.unnoticed} inside a value, where SQLite has no checksum`,
      ].join("\n       ");
      const { silent: lost, phantom } = count;
      return { attempts: attempts * 2, lost, doubled: 0, phantom, failures, note };
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
};

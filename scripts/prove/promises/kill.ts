import { killDrill } from "../../../stories/support/kill-drill.ts";
import { startProduct } from "../../../stories/support/product.ts";
import { controlOfKills } from "../control.ts";
import { checklist, type Proof } from "../promise.ts";

export const killAnyProgram: Proof = {
  title: "kill -9 of any program loses and doubles nothing",
  async prove({ random, long }) {
    const { failures, expect } = checklist();
    const product = await startProduct();
    try {
      const rounds = long ? 34 : 2;
      const programs = ["broker", "ingest", "portal"] as const;
      const drill = await killDrill(product, { rounds, programs, devices: long ? 10 : 4, random });
      expect(drill.tickets === 1, `${drill.tickets} tickets of one incident`);
      const control = await controlOfKills();
      expect(control > 0, "the control, which acknowledges before the commit, lost nothing");
      const { acked, lost, doubled, phantom, kills } = drill;
      const note = `${kills} kills, ${acked} acknowledged; acknowledged before the commit: ${control} lost`;
      return { attempts: acked, lost, doubled, phantom, failures, note };
    } finally {
      await product.stop();
    }
  },
};

import { testBed } from "../../broker/src/testing/test-bed.ts";
import { lostWhenAckedEarly } from "../../broker/src/testing/under-load.ts";

/** How many acknowledged messages a broker loses that acknowledges before the commit; 0 = the proof beside it is blind. */
export async function controlOfKills(): Promise<number> {
  const bed = testBed();
  try {
    return await lostWhenAckedEarly(bed);
  } finally {
    await bed.end();
  }
}

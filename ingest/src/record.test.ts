import { createLog } from "@millwright/shared/log";
import type { SampleBatch, WriteResult } from "@millwright/shared/telemetry/store";
import { expect, test } from "vitest";
import { createRecorder, type RecorderStore } from "./record.ts";

/** A store whose writes fail as told; what it takes is kept in the order in which it came. */
function store(fails: (attempt: number) => Error | null) {
  const tried: { offset: number; times: number[] }[] = [];
  const kept: number[] = [];
  let offset = 0;
  const port: RecorderStore = {
    offset: () => offset,
    async write(batch: SampleBatch, through: number): Promise<WriteResult> {
      const times = [...batch.time.subarray(0, batch.length)];
      tried.push({ offset: through, times });
      const error = fails(tried.length);
      if (error) throw error;
      kept.push(...times);
      offset = through;
      return { appended: times.length, rewritten: 0, repeated: 0 };
    },
  };
  return { port, tried, kept };
}

test.each([
  ["refused once (4xx)", (attempt: number) => (attempt === 2 ? new Error("400: partial write") : null)],
  ["down for three tries (5xx)", (attempt: number) => (attempt > 1 && attempt < 5 ? new Error("503") : null)],
])("a batch that was %s is tried again as it was, before any later one", async (_, fails) => {
  const { port, tried, kept } = store(fails);
  const written: number[] = [];
  const recorder = createRecorder(port, createLog("test", "silent"), ({ offset }) => written.push(offset));
  for (let batch = 1; batch <= 3; batch++) {
    for (let i = 0; i < 2; i++) recorder.batch().push(1, batch * 10 + i, 0, 0);
    recorder.cut(batch);
    // What comes meanwhile goes into the next batch, never into the one being tried.
    recorder.batch().push(1, batch * 10 + 5, 0, 0);
    await recorder.idle();
  }
  const second = tried.filter(({ offset }) => offset === 2);
  expect(second.length).toBeGreaterThan(1);
  expect(second.every(({ times }) => times.join() === second[0]!.times.join())).toBe(true);
  expect(kept).toEqual([10, 11, 15, 20, 21, 25, 30, 31]);
  expect(written).toEqual([1, 2, 3]);
  expect(recorder.storedThrough()).toBe(3);
  expect(recorder.trouble()).toBeNull();
});

import { smallDisk } from "@millwright/shared/testing/small-disk";
import { expect, test } from "vitest";
import { diskTrouble, isDiskFull } from "./disk-full.ts";

const disk = smallDisk(8);

test.skipIf(disk === null)("a disk without room is said, and no more once there is some", () => {
  try {
    expect(diskTrouble(disk!.dir)).toBeNull();
    disk!.fill();
    expect(diskTrouble(disk!.dir)).toContain("full");
    disk!.free();
    expect(diskTrouble(disk!.dir)).toBeNull();
  } finally {
    disk!.remove();
  }
});

test("a full disk is known behind whatever error wraps it", () => {
  const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
  expect(isDiskFull(new Error("failed query", { cause: new Error("run", { cause: full }) }))).toBe(true);
  expect(isDiskFull(Object.assign(new Error("busy"), { code: "SQLITE_BUSY" }))).toBe(false);
});

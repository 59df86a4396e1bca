import type Database from "better-sqlite3";

export type GroupRow = { first: number; count: number; crc: number; body: Buffer };

export function isSound(row: GroupRow): boolean;
export function isCorruption(error: unknown): boolean;
export function findSound(
  db: Database.Database,
  seq: number,
  through: number,
): { group: GroupRow | null; damaged: GroupRow[] };

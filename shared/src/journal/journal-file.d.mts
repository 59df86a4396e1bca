import type Database from "better-sqlite3";

type JournalFile = {
  db: Database.Database;
  insert: Database.Statement<[first: number, count: number, committedAt: number, crc: number, body: Buffer]>;
  newest: Database.Statement<[], { first: number; count: number }>;
};

export function headCrc(seq: number): number;
export function groupCrc(first: number, count: number, body: Buffer): number;
export function openJournalFile(file: string, syncEachCommit: boolean, busyMs?: number): JournalFile;
export function inTransaction(db: Database.Database, work: () => void): void;
export function replaceHandle(
  old: JournalFile,
  file: string,
  syncEachCommit: boolean,
  busyMs?: number,
): JournalFile;

"""Readings that are not acknowledged yet, on disk: they survive a lost network, a restart and a power cut."""

import sqlite3


class Outbox:
    """Oldest first, bounded: when it is full the oldest reading makes room, and is counted."""

    def __init__(self, path, most=100_000):
        self.most = most
        self.dropped = 0
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        # FULL: put() returns when the reading is on the disk. NORMAL wears flash less and may lose the last
        # readings in a power cut.
        self.db.execute("PRAGMA synchronous = FULL")
        # AUTOINCREMENT: a number is never used again, so an acknowledgement cannot remove a younger reading.
        self.db.execute("CREATE TABLE IF NOT EXISTS reading (seq INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL)")

    def put(self, json_text):
        self.db.execute("BEGIN")
        added = self.db.execute("INSERT INTO reading (json) VALUES (?)", (json_text,)).lastrowid
        self.dropped += self.db.execute("DELETE FROM reading WHERE seq <= ?", (added - self.most,)).rowcount
        self.db.execute("COMMIT")

    def after(self, seq, count):
        """The oldest readings younger than `seq`: [(seq, json)]."""
        rows = self.db.execute("SELECT seq, json FROM reading WHERE seq > ? ORDER BY seq LIMIT ?", (seq, count))
        return rows.fetchall()

    def remove(self, first, last):
        """They are acknowledged: Millwright has them on its disk."""
        self.db.execute("DELETE FROM reading WHERE seq BETWEEN ? AND ?", (first, last))

    def __len__(self):
        # Not count(*), which walks through all of them.
        return self.db.execute("SELECT ifnull(max(seq) - min(seq) + 1, 0) FROM reading").fetchone()[0]

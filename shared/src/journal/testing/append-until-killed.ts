import { openSqliteJournal } from "../sqlite.ts";

/** Appends numbered records as fast as they are committed, prints the number of each one that was, until it is killed. */
const [file = "", life = ""] = process.argv.slice(2);

async function main() {
  const journal = await openSqliteJournal({ file });
  let next = 0;
  const append = () => {
    const name = `${life}-${next++}`;
    journal.append(Buffer.from(`${name} ${"x".repeat(next % 500)}`), (error) => {
      if (error) throw error;
      process.stdout.write(`${name}\n`);
      append();
    });
  };
  for (let i = 0; i < 200; i++) append();
}

void main();

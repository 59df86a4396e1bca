import { expect, it } from "vitest";
import { csvLine } from "./csv.ts";
import { fileWord } from "./file-name.ts";

it.each([
  [["a", 1, null, undefined, -2.5], "a,1,,,-2.5\r\n"],
  [['say "hi"', "a,b", "two\nlines"], '"say ""hi""","a,b","two\nlines"\r\n'],
  // What a spreadsheet would run.
  [["=1+1", "+1", "-1", "@x", "\tx", "\rx"], "'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\"\r\n"],
  [["1-1", "a=b"], "1-1,a=b\r\n"],
])("writes %j as one line that no spreadsheet runs", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});

it.each([
  ["Pump 3 / north", "Pump-3-north"],
  ["Kühlwasser Ä", "Kuhlwasser-A"],
  ["../../etc/passwd", "etc-passwd"],
  ['"; rm', "rm"],
  ["泵", "file"],
])("makes %j a word of a file name", (text, word) => {
  expect(fileWord(text)).toBe(word);
});

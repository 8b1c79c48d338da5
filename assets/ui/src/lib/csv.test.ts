import { expect, it } from "vitest";
import { csv } from "./csv";

it("quotes what needs it, defuses formulas, and leaves numbers numbers", () => {
  expect(
    csv(
      ["name", "count"],
      [
        ["plain", 3],
        ["a,b", -1.5],
        ['say "hi"', null],
        ["=1+1", 0],
        ["two\nlines", true],
        [" padded", undefined],
      ],
    ),
  ).toBe(
    'name,count\r\nplain,3\r\n"a,b",-1.5\r\n"say ""hi""",\r\n"\'=1+1",0\r\n"two\nlines",true\r\n" padded",\r\n',
  );
});

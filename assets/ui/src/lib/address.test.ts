import { expect, it } from "vitest";
import { parseSearch, stringifySearch, value, values } from "./address";

it("keeps repeated parameters in order, both ways", () => {
  const search = parseSearch("?state=STOPPED&q=a%20b&state=ERROR&tag.Cost+Center=42");
  expect(search).toEqual({ state: ["STOPPED", "ERROR"], q: "a b", "tag.Cost Center": "42" });
  expect(parseSearch(stringifySearch(search))).toEqual(search);
  expect(values(search, "state")).toEqual(["STOPPED", "ERROR"]);
  expect(value(search, "q")).toBe("a b");
  expect(values(search, "absent")).toEqual([]);
});

it("leaves out what is not set", () => {
  expect(stringifySearch({ q: "", org: undefined, include_gone: false })).toBe("");
  expect(stringifySearch({ never_connected: true })).toBe("?never_connected=true");
});

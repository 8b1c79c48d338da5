import { expect, test } from "vitest";
import { recovers, setupToken } from "./setupToken";

test("the token stands in the fragment", () => {
  expect(setupToken("#token=first-aB_-9")).toBe("first-aB_-9");
  expect(setupToken("")).toBeUndefined();
  expect(setupToken("#other=1")).toBeUndefined();
});

test("a recovery link is told from a first one", () => {
  expect(recovers("recover-x")).toBe(true);
  expect(recovers("first-x")).toBe(false);
  expect(recovers(undefined)).toBe(false);
});

import { expect, it } from "vitest";
import { ownAddress } from "./ownAddress";

it.each([
  ["/workspaces?state=STOPPED", "/workspaces?state=STOPPED"],
  [undefined, "/"],
  ["https://elsewhere.example/", "/"],
  ["//elsewhere.example", "/"],
  ["/\\elsewhere.example", "/"],
  ["/login?next=%2F", "/"],
])("%s leads to %s", (next, address) => {
  expect(ownAddress(next)).toBe(address);
});

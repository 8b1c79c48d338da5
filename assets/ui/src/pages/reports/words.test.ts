import { expect, it } from "vitest";
import { formatSize, reportTitle } from "./words";

it("writes sizes short", () => {
  expect([812, 4_250, 482_133, 12_400_000].map(formatSize)).toEqual(["812 B", "4.3 kB", "482 kB", "12 MB"]);
});

it("names a report it does not know as the server does", () => {
  expect([reportTitle("sync_health"), reportTitle("new")]).toEqual(["Sync health", "new"]);
});

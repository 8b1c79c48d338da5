import { expect, it } from "vitest";
import { accountHealth } from "./health";

it.each([
  [{ enabled: false, last_sync_status: "failed" }, "Switched off"],
  [{ enabled: true, last_sync_status: null }, "Not synced yet"],
  [{ enabled: true, last_sync_status: "complete" }, "Healthy"],
  [{ enabled: true, last_sync_status: "partial" }, "Partly synced"],
  [{ enabled: true, last_sync_status: "failed" }, "Failing"],
  [{ enabled: true, last_sync_status: "skipped" }, "Failing"],
])("%o is %s", (account, words) => {
  expect(accountHealth({ ...account, last_sync_at: null }).words).toBe(words);
});

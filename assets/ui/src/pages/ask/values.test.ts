import { expect, it } from "vitest";
import { formatFigure } from "../../lib/figure";
import { formatDay, formatMeasure, isoTime, kindOf, type Value } from "./values";

it.each<[string, Value[], string]>([
  ["desktops", [3, null, 12.5], "number"],
  ["year", [2025, 2026], "id"],
  ["job_id", [7], "id"],
  ["percent", [47.3, null], "percent"],
  ["root_volume_encrypted", [1, 0], "flag"],
  ["number_of_encrypted", [1, 0, 2], "number"],
  ["last_connected_at", ["2026-11-20T22:00:00Z", null], "time"],
  ["at", ["2026-11-20 22:00:00"], "time"],
  ["day", ["2026-11-20"], "day"],
  ["month", ["2026-11"], "month"],
  ["workspace_id", ["ws-0abc123de", "ws-9"], "workspace"],
  ["workspace_id", ["ws-0abc123de", "=cmd"], "id"],
  ["state", ["AVAILABLE", "STOPPED"], "state"],
  ["state", ["see the note"], "text"],
  ["running_mode", ["ALWAYS_ON"], "constant"],
  ["user_name", ["ADA"], "text"],
  ["account_id", ["111122223333"], "id"],
  ["mixed", ["2026-11-20", 3], "text"],
  ["nothing", [null, null], "text"],
  ["none", [], "text"],
])("takes %s with %j for %s", (column, values, kind) => {
  expect(kindOf(column, values)).toBe(kind);
});

it("reads times without a zone as UTC", () => {
  expect(isoTime("2026-11-20 22:00:00")).toBe("2026-11-20T22:00:00Z");
  expect(isoTime("2026-11-20T22:00:00Z")).toBe("2026-11-20T22:00:00Z");
});

it("writes days, months and numbers as people do", () => {
  expect(formatDay("2026-11-20")).toBe("20 Nov 2026");
  expect([1204, 12.3456, 0.00421, -3.5].map(formatFigure)).toEqual(["1,204", "12.35", "0.0042", "-3.5"]);
  expect(formatMeasure(47.3, "percent")).toBe("47.3 %");
});

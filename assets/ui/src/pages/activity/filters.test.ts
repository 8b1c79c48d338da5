import { expect, it } from "vitest";
import { eventFilters, isFiltered } from "./filters";

it("asks for whole days, the last one included", () => {
  expect(eventFilters({ from: "2026-11-01", to: "2026-11-30", org: "o1", event_name: "CreateTags", open: "e1" })).toEqual({
    sort: "-event_time",
    event_name: ["CreateTags"],
    from: "2026-11-01T00:00:00Z",
    to: "2026-12-01T00:00:00Z",
    organization_id: "o1",
  });
  expect([isFiltered({ org: "o1", open: "e1" }), isFiltered({ from: "2026-11-01" })]).toEqual([false, true]);
});

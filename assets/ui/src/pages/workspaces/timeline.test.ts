import { expect, it } from "vitest";
import type { TrailEvent } from "../../api/types";
import { timeline } from "./timeline";

it("merges versions and states, newest first, without the fields of the first version", () => {
  const entries = timeline({
    versions: [
      {
        version: 2,
        valid_from: "2026-11-20T10:00:00Z",
        change: "changed",
        differences: [{ field: "running_mode", before: "AUTO_STOP", after: "ALWAYS_ON" }],
      },
      {
        version: 1,
        valid_from: "2026-11-01T10:00:00Z",
        valid_to: "2026-11-20T10:00:00Z",
        change: "created",
        differences: [{ field: "running_mode", before: null, after: "AUTO_STOP" }],
      },
    ],
    state_changes: [{ at: "2026-11-10T08:00:00Z", from: "STOPPED", to: "AVAILABLE" }],
  });
  expect(entries.map((one) => [one.kind, one.differences.length])).toEqual([
    ["changed", 1],
    ["state", 1],
    ["created", 0],
  ]);
});

it("puts what people asked AWS for on the same axis", () => {
  const entries = timeline(
    { versions: [], state_changes: [{ at: "2026-11-10T08:00:00Z", from: "STOPPED", to: "AVAILABLE" }] },
    [{ event_id: "e1", event_time: "2026-11-10T07:58:00Z", event_name: "StartWorkspaces" } as TrailEvent],
  );
  expect(entries.map((one) => [one.kind, one.event?.event_name])).toEqual([
    ["state", undefined],
    ["event", "StartWorkspaces"],
  ]);
});

import { expect, it } from "vitest";
import { beforeWords, changeWords, isDestructive } from "./change";

const before = { state: "AVAILABLE", running_mode: "AUTO_STOP", auto_stop_timeout_minutes: 240, compute_type: "POWERPRO", tags: { Team: "Ops" } };

it("says what a change makes of what was", () => {
  const mode = { verb: "running_mode", running_mode: "ALWAYS_ON" } as const;
  expect([beforeWords(mode, before), changeWords(mode)]).toEqual(["Auto stop after 240 minutes", "Always on"]);
  const size = { verb: "compute_type", compute_type: "POWER" } as const;
  expect([beforeWords(size, before), changeWords(size)]).toEqual(["PowerPro", "Power"]);
  const tags = { verb: "tags", set: { Team: "IT", Cost: "7" }, remove: ["Old"] } as const;
  expect([beforeWords(tags as never, before), changeWords(tags as never)]).toEqual(["Team=Ops, no Cost, no Old", "Team=IT, Cost=7, without Old"]);
  expect([beforeWords({ verb: "stop" }, before), changeWords({ verb: "stop" })]).toEqual(["Available", "Stop"]);
});

it("knows what loses data", () => {
  expect([isDestructive({ verb: "rebuild" }), isDestructive({ verb: "terminate" }), isDestructive({ verb: "reboot" })]).toEqual([true, true, false]);
});

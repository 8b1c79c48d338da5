import { expect, it } from "vitest";
import { changeOf, inParts, USUAL } from "./changes";

it("makes the change that was chosen", () => {
  expect(changeOf("reboot", USUAL)).toEqual({ verb: "reboot" });
  expect(changeOf("running_mode", USUAL)).toEqual({ verb: "running_mode", running_mode: "AUTO_STOP", auto_stop_timeout_minutes: 60 });
  expect(changeOf("running_mode", { ...USUAL, running_mode: "ALWAYS_ON" })).toEqual({ verb: "running_mode", running_mode: "ALWAYS_ON" });
  expect(changeOf("admin_maintenance", { ...USUAL, maintenance: "off" })).toEqual({ verb: "admin_maintenance", on: false });
  expect(changeOf("tags", { ...USUAL, set: "Team = Ops\nUrl=a=b", remove: "Old" })).toEqual({
    verb: "tags",
    set: { Team: "Ops", Url: "a=b" },
    remove: ["Old"],
  });
});

it("says what is missing", () => {
  expect(changeOf("running_mode", { ...USUAL, timeout: "90" })).toBe("The time until it stops is in steps of 60 minutes");
  expect(changeOf("compute_type", USUAL)).toBe("Choose a compute type");
  expect(changeOf("tags", USUAL)).toBe("Name a tag to set or to remove");
  expect(changeOf("tags", { ...USUAL, set: "Team" })).toBe("Write “Team” as key=value");
  expect(changeOf("tags", { ...USUAL, set: "Team=1", remove: "Team" })).toBe("Team is both set and removed");
});

it("makes several plans of more desktops than one holds", () => {
  expect(inParts(["a", "b", "c"], 2)).toEqual([
    { rows: ["a", "b"], part: 1, of: 2 },
    { rows: ["c"], part: 2, of: 2 },
  ]);
  expect(inParts(["a"])).toEqual([{ rows: ["a"], part: 1, of: 1 }]);
});

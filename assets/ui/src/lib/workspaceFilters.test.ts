import { expect, it } from "vitest";
import { parseSearch } from "./address";
import { activeFilters, toggled, without, withoutAll, workspaceQuery } from "./workspaceFilters";

const search = parseSearch("?org=o1&state=STOPPED&state=ERROR&tag.Team=&q=ada&columns=state&sort=-region");

it("asks the API for filters only", () => {
  expect(workspaceQuery(search)).toEqual({
    organization_id: "o1",
    state: ["STOPPED", "ERROR"],
    "tag.Team": [""],
    q: "ada",
    sort: "-region",
  });
});

it("takes filters back one by one and all at once", () => {
  const active = activeFilters(search);
  expect(active.map((one) => [one.name, one.value])).toEqual([
    ["State", "STOPPED"],
    ["State", "ERROR"],
    ["Tag Team", ""],
  ]);
  const [first] = active;
  expect(first && without(search, first)).toEqual({ state: ["ERROR"] });
  expect(withoutAll(search)).toEqual({ q: undefined, state: undefined, "tag.Team": undefined });
});

it("adds a value and takes it out again", () => {
  expect(toggled(search, "state", "AVAILABLE")).toEqual({ state: ["STOPPED", "ERROR", "AVAILABLE"] });
  expect(toggled({ state: "ERROR" }, "state", "ERROR")).toEqual({ state: undefined });
});

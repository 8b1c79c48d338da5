import { expect, it } from "vitest";
import { parseSearch, toggled } from "./address";
import type { Facets } from "../api/types";
import { activeFilters, filterWords, without, withoutAll, workspaceQuery } from "./workspaceFilters";

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

it("reads constants of AWS aloud and shows everything else as it is", () => {
  const facets = {
    state: [{ key: "STOPPED", label: "STOPPED", count: 3 }],
    account_id: [{ key: "111122223333", label: "ACME", count: 3 }],
  } as Facets;
  const words = (parameter: string, name: string, value: string) => filterWords({ parameter, name, value }, facets);
  expect(words("state", "State", "STOPPED")).toBe("State: Stopped");
  expect(words("state", "State", "HOVERING")).toBe("State: HOVERING");
  expect(words("account_id", "Account", "111122223333")).toBe("Account: ACME");
  expect(words("tag.CostCenter", "Tag CostCenter", "CC-4010")).toBe("Tag CostCenter: CC-4010");
  expect(words("tag.CostCenter", "Tag CostCenter", "")).toBe("Tag CostCenter: any value");
});

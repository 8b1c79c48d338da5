import { expect, it } from "vitest";
import type { Facets } from "../api/types";
import { parseSearch, stringifySearch, toggled } from "./address";
import { conditionsOf, operatorsOf, FIELDS, valuesFor, withCondition } from "./conditions";
import { conditionWords, isFiltered, withoutAll, workspaceQuery } from "./workspaceFilters";

const search = parseSearch(
  "?org=o1&state=STOPPED&state=ERROR&region.not=eu-west-1&tag.Team=&not_tag.Owner=ada&q=ada&columns=state&sort=-region&last_connected_at.older_than_days=30&created_at.nonsense=1",
);

it("asks the API for filters only", () => {
  expect(workspaceQuery(search)).toEqual({
    organization_id: "o1",
    state: ["STOPPED", "ERROR"],
    "region.not": ["eu-west-1"],
    "tag.Team": [""],
    "not_tag.Owner": ["ada"],
    "last_connected_at.older_than_days": ["30"],
    q: "ada",
    sort: "-region",
  });
  expect(workspaceQuery({ never_connected: "true", "tag.A": ["", "x"] })).toEqual({ never_connected: ["true"], "tag.A": ["x"] });
});

it("says each condition in words", () => {
  const facets = {
    state: [{ key: "STOPPED", label: "STOPPED", count: 3 }],
    account_id: [{ key: "111122223333", label: "ACME", count: 3 }],
  } as Facets;
  const words = (text: string) => conditionsOf(parseSearch(text)).map((one) => conditionWords(one, facets));
  expect(words(stringifySearch(search))).toEqual([
    "State is Stopped or ERROR",
    "Region is not eu-west-1",
    "Last connected older than 30 days",
    "Tag Owner is not ada",
    "Tag Team has",
  ]);
  expect(words("account_id=111122223333")).toEqual(["Account is ACME"]);
  expect(words("never_connected=true&last_connected_before=2026-10-01")).toEqual(["Last connected never", "Last connected before 2026-10-01"]);
  expect(words("ip_address=1&ip_address.contains=10.1&computer_name.not=a")).toEqual(["IP address contains 10.1"]);
});

it("changes a condition in its place", () => {
  const [state] = conditionsOf(search);
  if (!state) throw new Error("no condition");
  expect(withCondition({ ...state, operator: "is_not", values: valuesFor("is_not", state) }, state)).toEqual({
    state: undefined,
    "state.not": ["STOPPED", "ERROR"],
  });
  expect(withCondition({ ...state, values: [] }, state)).toEqual({ state: undefined });
  const tag = FIELDS.find((field) => field.kind === "tag");
  if (!tag) throw new Error("no tags");
  expect(withCondition({ field: tag, tag: "Team", operator: "has_not", values: [] })).toEqual({ "not_tag.Team": [""] });
  expect(FIELDS.every((field) => operatorsOf(field).length > 0)).toBe(true);
});

it("takes every filter back, and leaves columns and order", () => {
  const changes = withoutAll(search);
  expect(isFiltered({ ...search, ...changes })).toBe(false);
  expect(Object.keys(changes)).not.toContain("columns");
});

it("adds a value and takes it out again", () => {
  expect(toggled(search, "state", "AVAILABLE")).toEqual({ state: ["STOPPED", "ERROR", "AVAILABLE"] });
  expect(toggled({ state: "ERROR" }, "state", "ERROR")).toEqual({ state: undefined });
});

it("keeps empty tag filters in the address", () => {
  expect(stringifySearch({ "not_tag.Owner": [""], "tag.Team": [""], state: "" })).toBe("?not_tag.Owner=&tag.Team=");
});

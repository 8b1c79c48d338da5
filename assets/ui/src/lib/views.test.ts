import { expect, it } from "vitest";
import { parseSearch } from "./address";
import { isBare, isChanged, viewSearch, withView } from "./views";

it("saves filters, order and columns, and nothing of the way here", () => {
  expect(viewSearch(parseSearch("?view=v1&org=o1&sort=-region&state=B&state=A&open=x&tag.Team="))).toBe("sort=-region&state=B&state=A&tag.Team=");
  expect(withView({ view_id: "v1", search: "state=A&columns=user" })).toEqual({ state: "A", columns: "user", view: "v1" });
});

it("tells a changed view from one that is as it was saved", () => {
  const view = { search: "state=A&sort=-region" };
  expect(isChanged(parseSearch("?view=v1&sort=-region&state=A&org=o2"), view)).toBe(false);
  expect(isChanged(parseSearch("?view=v1&sort=region&state=A"), view)).toBe(true);
});

it("opens with the default view only where nothing is asked for", () => {
  expect([isBare({}), isBare({ org: "o1", columns: "user" }), isBare({ view: "all" }), isBare({ q: "x" })]).toEqual([true, true, false, false]);
});

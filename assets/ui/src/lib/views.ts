// A saved view is the part of an address that says which rows a list shows, in which order and with
// which columns. Pure.
import { parseSearch, stringifySearch, type Search } from "./address";

/** Of the person's way here, not of the list. */
const ELSEWHERE = ["org", "view", "open"];

/** In place of a view's id: the list as it is without one. */
export const NO_VIEW = "all";

/** What is saved of an address; the same list gives the same text. */
export function viewSearch(search: Search): string {
  const kept = Object.entries(search).filter(([key, value]) => value !== undefined && !ELSEWHERE.includes(key));
  kept.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return stringifySearch(Object.fromEntries(kept)).replace(/^\?/, "");
}

/** The address that shows a view. */
export const withView = (view: { view_id: string; search: string }): Search => ({ ...parseSearch(view.search), view: view.view_id });

/** Nothing is asked for yet; columns alone may be the person's own. */
export function isBare(search: Search): boolean {
  return Object.entries(search).every(([key, value]) => value === undefined || key === "org" || key === "columns");
}

export const isChanged = (search: Search, view: { search: string }) => viewSearch(search) !== viewSearch(parseSearch(view.search));

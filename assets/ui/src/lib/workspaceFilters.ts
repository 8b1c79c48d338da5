// The filters of the WorkSpaces list: which parameters of the address they are, what the API is
// asked, and how they read.
import type { Query } from "../api/endpoints";
import type { Count, Facets } from "../api/types";
import { value, values, type Search } from "./address";
import { conditionOf, conditionsOf, OPERATOR_WORDS, type Condition } from "./conditions";
import { formatConstant, formatCount } from "./format";

export { tagParameter } from "./conditions";

/** Filters whose values are constants of AWS, which are read aloud; all others are shown as they are. */
const CONSTANTS = ["state", "running_mode", "compute_type", "operating_system", "connection_state"];
const SINGLES = ["include_gone", "q", "sort"];

/** What the API is asked for an address; parameters that are none of its filters stay here. */
export function workspaceQuery(search: Search): Query {
  const query: Query = {};
  for (const key of Object.keys(search)) {
    const given = values(search, key);
    if (given.length === 0) continue;
    const condition = conditionOf(key, given);
    if (condition) query[key] = condition.values.length > 0 ? condition.values : given;
    else if (SINGLES.includes(key)) query[key] = given[0];
    else if (key === "org") query.organization_id = given[0];
  }
  return query;
}

/** A value of a filter, for people. */
export function valueWords(parameter: string, label: string): string {
  return CONSTANTS.includes(parameter) ? formatConstant(label) : label;
}

export const CONNECTIONS = ["CONNECTED", "DISCONNECTED", "UNKNOWN"];

/** The values a field may have and how many rows each would leave; of some fields only the values. */
export function offered(field: string, facets: Facets | undefined): Count[] | undefined {
  if (field === "connection_state") return CONNECTIONS.map((key) => ({ key, label: key, count: -1 }));
  return (facets as Record<string, Count[]> | undefined)?.[field];
}

/** The values of a condition in words: `Stopped or Error`, `30 days`. A value nobody knows stands as the address has it. */
export function conditionValues({ field, operator, values: given }: Condition, facets: Facets | undefined): string {
  if (operator === "older_than_days" || operator === "newer_than_days") return formatCount(Number(given[0]), "day");
  if (operator === "before" || operator === "after") return (given[0] ?? "").slice(0, 10);
  const counts = offered(field.key, facets);
  const words = given.map((one) => {
    const known = counts?.find((count) => count.key === one);
    if (known) return valueWords(field.key, known.label);
    return counts && operator === "is" ? one : valueWords(field.key, one);
  });
  if (words.length > 3) return `${words.slice(0, 2).join(", ")} or ${words.length - 2} more`;
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : (words[0] ?? "");
}

/** `State is Stopped`, `Tag Team has not`, `Last connected never`. */
export function conditionWords(condition: Condition, facets: Facets | undefined): string {
  const { field, tag, operator } = condition;
  return [field.title, tag, OPERATOR_WORDS[operator], conditionValues(condition, facets)].filter(Boolean).join(" ");
}

/** The changes that take every filter back. */
export function withoutAll(search: Search): Search {
  const changes: Search = { q: undefined, include_gone: undefined };
  for (const condition of conditionsOf(search)) changes[condition.parameter] = undefined;
  return changes;
}

export function isFiltered(search: Search): boolean {
  return conditionsOf(search).length > 0 || value(search, "q") !== undefined;
}

export const sortOf = (search: Search) => value(search, "sort") ?? "user_name";

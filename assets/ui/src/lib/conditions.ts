// The filters of the WorkSpaces list as conditions: a field, an operator, values. Each is one
// parameter of the address, which is the API's parameter as well. Pure.
import { values, type Search } from "./address";

export type FieldKind = "list" | "text" | "time" | "tag";

export interface Field {
  key: string;
  title: string;
  kind: FieldKind;
  /** Takes text that it contains, beside its values. */
  contains?: boolean;
}

export const FIELDS: readonly Field[] = [
  { key: "state", title: "State", kind: "list" },
  { key: "running_mode", title: "Running mode", kind: "list" },
  { key: "account_id", title: "Account", kind: "list" },
  { key: "region", title: "Region", kind: "list" },
  { key: "last_connected_at", title: "Last connected", kind: "time" },
  { key: "connection_state", title: "Connection", kind: "list" },
  { key: "compute_type", title: "Compute type", kind: "list" },
  { key: "bundle_id", title: "Bundle", kind: "list" },
  { key: "directory_id", title: "Directory", kind: "list" },
  { key: "operating_system", title: "Operating system", kind: "list" },
  { key: "user_name", title: "User", kind: "list", contains: true },
  { key: "computer_name", title: "Computer", kind: "text" },
  { key: "ip_address", title: "IP address", kind: "text" },
  { key: "workspace_id", title: "WorkSpace id", kind: "text" },
  { key: "created_at", title: "Created", kind: "time" },
  { key: "tag", title: "Tag", kind: "tag" },
];

export type Operator =
  | "is"
  | "is_not"
  | "contains"
  | "before"
  | "after"
  | "older_than_days"
  | "newer_than_days"
  | "never"
  | "has"
  | "has_not";

export const OPERATOR_WORDS: Record<Operator, string> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  before: "before",
  after: "after",
  older_than_days: "older than",
  newer_than_days: "newer than",
  never: "never",
  has: "has",
  has_not: "has not",
};

const TIMES: readonly Operator[] = ["older_than_days", "newer_than_days", "before", "after"];

export function operatorsOf(field: Field): readonly Operator[] {
  switch (field.kind) {
    case "list":
      return field.contains ? ["is", "is_not", "contains"] : ["is", "is_not"];
    case "text":
      return ["contains"];
    case "time":
      return field.key === "last_connected_at" ? [...TIMES, "never"] : TIMES;
    case "tag":
      return ["is", "is_not", "has", "has_not"];
  }
}

export interface Condition {
  /** The parameter of the address; two conditions never share one. */
  parameter: string;
  field: Field;
  operator: Operator;
  /** Of tags: which. */
  tag?: string;
  values: string[];
}

const TAG = "tag.";
const NOT_TAG = "not_tag.";
export const tagParameter = (key: string) => TAG + key;

const fieldOf = (key: string) => FIELDS.find((field) => field.key === key);

/** The condition a parameter stands for; none where it is no filter. */
export function conditionOf(parameter: string, given: string[]): Condition | undefined {
  if (given.length === 0) return undefined;
  for (const [prefix, some, any] of [
    [TAG, "is", "has"],
    [NOT_TAG, "is_not", "has_not"],
  ] as const) {
    const field = fieldOf("tag");
    if (!parameter.startsWith(prefix) || !field) continue;
    const filled = given.filter((one) => one !== "");
    return { parameter, field, tag: parameter.slice(prefix.length), operator: filled.length > 0 ? some : any, values: filled };
  }
  if (parameter === "never_connected" && given[0] === "true") return of("last_connected_at", "never", parameter, []);
  // As older links have it.
  if (parameter === "last_connected_before") return of("last_connected_at", "before", parameter, given.slice(0, 1));
  const dot = parameter.indexOf(".");
  const key = dot < 0 ? parameter : parameter.slice(0, dot);
  const suffix = dot < 0 ? "is" : parameter.slice(dot + 1);
  const operator = suffix === "not" ? "is_not" : (suffix as Operator);
  const field = fieldOf(key);
  if (!field || field.kind === "tag" || operator === "never" || !operatorsOf(field).includes(operator)) return undefined;
  return of(key, operator, parameter, operator === "is" || operator === "is_not" ? given : given.slice(0, 1));
}

function of(key: string, operator: Operator, parameter: string, given: string[]): Condition | undefined {
  const field = fieldOf(key);
  return field && { parameter, field, operator, values: given };
}

/** The parameter and its values for a condition. */
export function parameterOf(field: Field, operator: Operator, given: readonly string[], tag?: string): [parameter: string, value: string[]] {
  if (field.kind === "tag") {
    const not = operator === "is_not" || operator === "has_not";
    const any = operator === "has" || operator === "has_not";
    return [(not ? NOT_TAG : TAG) + (tag ?? ""), any ? [""] : [...given]];
  }
  if (operator === "never") return ["never_connected", ["true"]];
  if (operator === "is") return [field.key, [...given]];
  return [`${field.key}.${operator === "is_not" ? "not" : operator}`, [...given]];
}

/** Every condition in the address, in the order of the fields, so that a change of one moves none. */
export function conditionsOf(search: Search): Condition[] {
  const found = Object.keys(search).flatMap((parameter) => conditionOf(parameter, values(search, parameter)) ?? []);
  return found.sort((a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field) || (a.tag ?? "").localeCompare(b.tag ?? ""));
}

/** Operators that say everything by themselves. */
export const takesValues = (operator: Operator) => operator !== "never" && operator !== "has" && operator !== "has_not";

/** The changes of the address that put a condition in another's place, or beside the others. */
export function withCondition(next: Omit<Condition, "parameter">, before?: Condition): Search {
  const [parameter, given] = parameterOf(next.field, next.operator, next.values, next.tag);
  const gone: Search = before && before.parameter !== parameter ? { [before.parameter]: undefined } : {};
  return { ...gone, [parameter]: given.length > 0 ? given : undefined };
}

/** What a condition keeps of its values when its operator changes. */
export function valuesFor(operator: Operator, before: Condition): string[] {
  const lists: readonly Operator[] = ["is", "is_not"];
  const days: readonly Operator[] = ["older_than_days", "newer_than_days"];
  const dates: readonly Operator[] = ["before", "after"];
  for (const alike of [lists, days, dates]) {
    if (alike.includes(operator) && alike.includes(before.operator)) return before.values;
  }
  if (days.includes(operator)) return ["30"];
  return [];
}

// From what a person chose in the dialog to the change that is asked for. Pure.
import type { Change } from "../../api/types";
import type { Verb } from "../../lib/change";

export interface Choices {
  running_mode: "AUTO_STOP" | "ALWAYS_ON";
  /** Minutes, in steps of 60. */
  timeout: string;
  compute_type: string;
  maintenance: "on" | "off";
  /** `key=value` a line. */
  set: string;
  /** A key a line. */
  remove: string;
}

export const USUAL: Choices = { running_mode: "AUTO_STOP", timeout: "60", compute_type: "", maintenance: "on", set: "", remove: "" };

const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The change, or what is still missing from it. */
export function changeOf(verb: Verb, choices: Choices): Change | string {
  switch (verb) {
    case "running_mode": {
      if (choices.running_mode === "ALWAYS_ON") return { verb, running_mode: "ALWAYS_ON" };
      const minutes = Number(choices.timeout);
      if (!(minutes >= 60) || minutes % 60 !== 0) return "The time until it stops is in steps of 60 minutes";
      return { verb, running_mode: "AUTO_STOP", auto_stop_timeout_minutes: minutes };
    }
    case "compute_type":
      return choices.compute_type === "" ? "Choose a compute type" : { verb, compute_type: choices.compute_type };
    case "admin_maintenance":
      return { verb, on: choices.maintenance === "on" };
    case "tags":
      return tagChange(lines(choices.set), lines(choices.remove));
    default:
      return { verb };
  }
}

function tagChange(set: string[], remove: string[]): Change | string {
  if (set.length === 0 && remove.length === 0) return "Name a tag to set or to remove";
  const bad = set.find((line) => !/^[^=]+=/.test(line));
  if (bad !== undefined) return `Write “${bad}” as key=value`;
  const pairs = set.map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  const both = pairs.find(([key]) => remove.includes(key));
  if (both !== undefined) return `${both[0]} is both set and removed`;
  return { verb: "tags", set: Object.fromEntries(pairs), remove };
}

/** The most desktops of one plan, as the server has it. */
export const MOST_IN_PLAN = 1000;

/** Rows of one client in as many plans as they need. */
export function inParts<T>(rows: readonly T[], most = MOST_IN_PLAN): { rows: T[]; part: number; of: number }[] {
  const of = Math.ceil(rows.length / most);
  return Array.from({ length: of }, (_, part) => ({ rows: rows.slice(part * most, (part + 1) * most), part: part + 1, of }));
}

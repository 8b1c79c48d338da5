// Changes of desktops in words: what they are called, what they do, and what a plan replaces by them.
import type { Before, Change } from "../api/types";
import { formatConstant } from "./format";

export type Verb = Change["verb"];

interface VerbWords {
  title: string;
  /** What AWS does, for whoever confirms it. */
  lead: string;
  /** Data is lost by it. */
  destructive?: boolean;
}

export const VERBS: Record<Verb, VerbWords> = {
  start: { title: "Start", lead: "Starts stopped desktops. Billed by the hour from then on, where they run with auto stop." },
  stop: { title: "Stop", lead: "Whoever is connected loses the connection; open work on the desktop may be lost." },
  reboot: { title: "Reboot", lead: "Whoever is connected loses the connection for some minutes." },
  rebuild: {
    title: "Rebuild",
    lead: "The system disk is made anew from the bundle's image, the user's disk from its last snapshot, up to 12 hours old.",
    destructive: true,
  },
  restore: {
    title: "Restore",
    lead: "Both disks go back to their last snapshots, up to 12 hours old.",
    destructive: true,
  },
  running_mode: { title: "Running mode", lead: "Whether it is paid by the month or by the hour." },
  compute_type: { title: "Compute type", lead: "AWS restarts the desktop, and takes such a change once in 6 hours." },
  admin_maintenance: { title: "Maintenance", lead: "In maintenance users cannot connect, and AWS does not patch it." },
  tags: { title: "Tags", lead: "Sets and removes tags. Nothing else changes." },
  terminate: { title: "Terminate", lead: "Removes the desktop and both its disks for good. Two people have to approve it.", destructive: true },
};

/** What it becomes, short: `Auto stop after 60 minutes`. */
export function changeWords(change: Change): string {
  switch (change.verb) {
    case "running_mode": {
      const after = change.auto_stop_timeout_minutes;
      return `${formatConstant(change.running_mode)}${after == null ? "" : ` after ${after} minutes`}`;
    }
    case "compute_type":
      return formatConstant(change.compute_type);
    case "admin_maintenance":
      return change.on ? "Into maintenance" : "Out of maintenance";
    case "tags": {
      const set = Object.entries(change.set ?? {}).map(([key, value]) => `${key}=${value}`);
      const removed = (change.remove ?? []).map((key) => `without ${key}`);
      return [...set, ...removed].join(", ");
    }
    default:
      return VERBS[change.verb].title;
  }
}

/** What it replaces, of the same property. */
export function beforeWords(change: Change, before: Before): string | undefined {
  switch (change.verb) {
    case "running_mode": {
      if (!before.running_mode) return undefined;
      const after = before.running_mode === "AUTO_STOP" ? before.auto_stop_timeout_minutes : null;
      return `${formatConstant(before.running_mode)}${after == null ? "" : ` after ${after} minutes`}`;
    }
    case "compute_type":
      return before.compute_type ? formatConstant(before.compute_type) : undefined;
    case "tags": {
      const touched = [...Object.keys(change.set ?? {}), ...(change.remove ?? [])];
      return touched.map((key) => (before.tags[key] === undefined ? `no ${key}` : `${key}=${before.tags[key]}`)).join(", ") || undefined;
    }
    default:
      return before.state ? formatConstant(before.state) : undefined;
  }
}

export const isDestructive = (change: Change) => VERBS[change.verb].destructive === true;

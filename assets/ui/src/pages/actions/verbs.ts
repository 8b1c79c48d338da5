// The changes of desktops as they are offered: in groups, with their icons, and which fit a state.
import { Cpu, Hammer, History, Play, Power, RotateCw, Square, Tags, Trash2, Wrench, type LucideIcon } from "lucide-react";
import type { Workspace } from "../../api/types";
import type { Verb } from "../../lib/change";

interface Offer {
  verb: Verb;
  icon: LucideIcon;
}

export const GROUPS: Offer[][] = [
  [
    { verb: "start", icon: Play },
    { verb: "stop", icon: Square },
    { verb: "reboot", icon: RotateCw },
  ],
  [
    { verb: "running_mode", icon: Power },
    { verb: "compute_type", icon: Cpu },
    { verb: "admin_maintenance", icon: Wrench },
    { verb: "tags", icon: Tags },
  ],
  [
    { verb: "rebuild", icon: Hammer },
    { verb: "restore", icon: History },
    { verb: "terminate", icon: Trash2 },
  ],
];

const UP = ["AVAILABLE", "IMPAIRED", "UNHEALTHY"];

/** Starting, stopping and rebooting, where the state lets it. */
export function quickOffers(row: Workspace): Offer[] {
  return (GROUPS[0] ?? []).filter(({ verb }) => (verb === "start" ? row.state === "STOPPED" : UP.includes(row.state)));
}

// What can be done with desktops. Each choice asks first, and makes a plan that is approved and applied.
import {
  ChevronDown,
  Cpu,
  Hammer,
  History,
  Play,
  Power,
  RotateCw,
  Square,
  Tags,
  Trash2,
  Wrench,
  type LucideIcon,
} from "lucide-react";
import { useState } from "react";
import type { Workspace } from "../../api/types";
import { Button } from "../../components/Button";
import { Menu, MenuItem, MenuLine } from "../../components/Menu";
import { VERBS, type Verb } from "../../lib/change";
import { useMay } from "../../state/access";
import { ActionDialog } from "./ActionDialog";

const GROUPS: { verb: Verb; icon: LucideIcon }[][] = [
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

interface ActionsMenuProps {
  desktops: Workspace[];
  kind?: "plain" | "primary";
  /** A plan was made of it. */
  onPlanned?: () => void;
}

export function ActionsMenu({ desktops, kind = "plain", onPlanned }: ActionsMenuProps) {
  const allowed = useMay("make_plans", desktops.length === 1 ? desktops[0]?.organization_id : undefined);
  const [verb, setVerb] = useState<Verb>();
  if (!allowed) return null;
  return (
    <>
      <Menu
        trigger={
          <Button small kind={kind}>
            Change <ChevronDown aria-hidden className="opacity-60" />
          </Button>
        }
      >
        {GROUPS.map((group, index) => (
          <div key={index}>
            {index > 0 && <MenuLine />}
            {group.map(({ verb: one, icon: Icon }) => (
              <MenuItem key={one} className={VERBS[one].destructive ? "text-bad [&_svg]:text-bad!" : ""} onSelect={() => setVerb(one)}>
                <Icon aria-hidden />
                {VERBS[one].title}…
              </MenuItem>
            ))}
          </div>
        ))}
      </Menu>
      {verb && <ActionDialog verb={verb} desktops={desktops} onClose={() => setVerb(undefined)} {...(onPlanned ? { onPlanned } : {})} />}
    </>
  );
}

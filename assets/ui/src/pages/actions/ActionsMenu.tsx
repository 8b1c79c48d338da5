// What can be done with desktops. Each choice asks first, and makes a plan that is approved and applied.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import type { Workspace } from "../../api/types";
import { Button } from "../../components/Button";
import { Menu, MenuItem, MenuLine } from "../../components/Menu";
import { VERBS, type Verb } from "../../lib/change";
import { useMay } from "../../state/access";
import { ActionDialog } from "./ActionDialog";
import { GROUPS } from "./verbs";

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

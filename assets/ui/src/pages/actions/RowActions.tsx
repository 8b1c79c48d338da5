// What is done most with a desktop, on its row and in the row's menu. Each asks first, as everywhere.
import type { Workspace } from "../../api/types";
import { IconButton } from "../../components/Button";
import { RowMenuItem, RowMenuLine } from "../../components/table/RowMenu";
import { VERBS, type Verb } from "../../lib/change";
import { GROUPS, quickOffers } from "./verbs";

interface RowActionsProps {
  row: Workspace;
  onChoose: (verb: Verb, row: Workspace) => void;
}

export function RowActions({ row, onChoose }: RowActionsProps) {
  return quickOffers(row).map(({ verb, icon: Icon }) => (
    <IconButton
      key={verb}
      label={`${VERBS[verb].title} ${row.user_name ?? row.workspace_id}`}
      className="size-7 [&_svg]:size-3.5!"
      onClick={() => onChoose(verb, row)}
    >
      <Icon />
    </IconButton>
  ));
}

export function RowActionItems({ row, onChoose }: RowActionsProps) {
  const quick = quickOffers(row).map((offer) => offer.verb);
  return GROUPS.map((group) => {
    const offers = group === GROUPS[0] ? group.filter(({ verb }) => quick.includes(verb)) : group;
    return offers.length === 0 ? null : (
      <div key={group[0]?.verb}>
        <RowMenuLine />
        {offers.map(({ verb, icon: Icon }) => (
          <RowMenuItem key={verb} onSelect={() => onChoose(verb, row)}>
            <span className={`flex items-center gap-2.5 ${VERBS[verb].destructive ? "text-bad [&_svg]:text-bad!" : ""}`}>
              <Icon aria-hidden /> {VERBS[verb].title}…
            </span>
          </RowMenuItem>
        ))}
      </div>
    );
  });
}

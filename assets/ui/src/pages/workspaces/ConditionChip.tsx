// One filter in force. Its operator and its values are buttons that change it in its place; Delete
// takes it away.
import { ChevronDown, X } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import type { Facets } from "../../api/types";
import { Menu, MenuRadio, MenuRadioGroup } from "../../components/Menu";
import { OPERATOR_WORDS, operatorsOf, takesValues, valuesFor, type Condition, type Operator } from "../../lib/conditions";
import { conditionValues, conditionWords } from "../../lib/workspaceFilters";
import { ValueEditor } from "./ValueEditor";

interface ConditionChipProps {
  condition: Condition;
  facets: Facets | undefined;
  /** It is being made: opens at once, and goes away when left without a value. */
  fresh?: boolean;
  onChange: (next: Condition) => void;
  onRemove: () => void;
}

const partClass = "flex min-h-7 min-w-0 items-center gap-1 px-2 hover:bg-sunken focus-visible:-outline-offset-2 [&_svg]:size-3 [&_svg]:shrink-0 [&_svg]:opacity-50";

export function ConditionChip({ condition, facets, fresh = false, onChange, onRemove }: ConditionChipProps) {
  // Until it has values again: the operator that was chosen.
  const [edited, setEdited] = useState<Condition>();
  const [open, setOpen] = useState(fresh);
  const shown = edited ?? condition;
  const { field, operator, tag } = shown;
  const words = conditionWords(shown, facets);

  const choose = (next: Operator) => {
    const changed = { ...shown, operator: next, values: valuesFor(next, shown) };
    const complete = (!takesValues(next) || changed.values.length > 0) && (field.kind !== "tag" || changed.tag !== undefined);
    if (complete && !fresh) {
      setEdited(undefined);
      onChange(changed);
      return;
    }
    setEdited(changed);
    // After the menu has given the focus back.
    setTimeout(() => setOpen(true), 80);
  };
  const cancel = () => {
    setOpen(false);
    setEdited(undefined);
    if (fresh) onRemove();
  };
  const apply = (next: Condition) => {
    setOpen(false);
    setEdited(undefined);
    const empty = takesValues(next.operator) && next.values.length === 0;
    if (empty || (field.kind === "tag" && !next.tag)) onRemove();
    else onChange(next);
  };
  const needsEditor = takesValues(operator) || (fresh && field.kind === "tag");
  return (
    <div
      role="group"
      aria-label={`Filter ${words}`}
      className="inline-flex max-w-full items-stretch overflow-hidden rounded-lg border border-accent/40 bg-panel text-[13px]"
    >
      <span className="flex items-center bg-accent-soft px-2 font-medium whitespace-nowrap text-accent">
        {field.title}
        {tag !== undefined && <span className="ml-1 max-w-40 truncate font-mono text-xs">{tag}</span>}
      </span>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            aria-label={`${words}: change the operator`}
            className={`${partClass} shrink-0 text-ink-soft`}
            onKeyDown={(event) => removing(event, onRemove)}
          >
            {OPERATOR_WORDS[operator]} <ChevronDown aria-hidden />
          </button>
        }
      >
        <MenuRadioGroup value={operator} onValueChange={(next) => choose(next as Operator)}>
          {operatorsOf(field).map((one) => (
            <MenuRadio key={one} value={one}>
              {OPERATOR_WORDS[one]}
            </MenuRadio>
          ))}
        </MenuRadioGroup>
      </Menu>
      {needsEditor && (
        <Popover.Root open={open} onOpenChange={(next) => (next ? setOpen(true) : cancel())}>
          <Popover.Trigger asChild>
            <button
              type="button"
              aria-label={`${words}: change the value`}
              className={`${partClass} font-medium`}
              onKeyDown={(event) => removing(event, onRemove)}
            >
              <span className="truncate">{conditionValues(shown, facets) || "…"}</span>
            </button>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              align="start"
              sideOffset={6}
              collisionPadding={10}
              aria-label={`${field.title} ${OPERATOR_WORDS[operator]}`}
              className="z-50 w-72 max-w-[92vw] rounded-xl border border-line bg-raised p-3 shadow-raised animate-appear"
            >
              <ValueEditor condition={shown} facets={facets} fresh={fresh} onApply={apply} onCancel={cancel} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
      <button
        type="button"
        aria-label={`Remove filter ${words}`}
        className="grid w-7 shrink-0 place-items-center text-ink-faint hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2 [&_svg]:size-3.5"
        onClick={onRemove}
        onKeyDown={(event) => removing(event, onRemove)}
      >
        <X aria-hidden />
      </button>
    </div>
  );
}

function removing(event: React.KeyboardEvent, onRemove: () => void): void {
  if (event.key !== "Delete" && event.key !== "Backspace") return;
  event.preventDefault();
  onRemove();
}

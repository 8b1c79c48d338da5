// Everything that narrows the list, and what does so at the moment.
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { facetsQuery } from "../../api/queries";
import type { Facets } from "../../api/types";
import { Button } from "../../components/Button";
import { Menu, MenuItem } from "../../components/Menu";
import { SearchBox } from "../../components/SearchBox";
import { toggled, value, values, type Search } from "../../lib/address";
import { conditionsOf, FIELDS, operatorsOf, withCondition, type Condition, type Field } from "../../lib/conditions";
import { withoutAll } from "../../lib/workspaceFilters";
import { useScope } from "../../state/filters";
import { ConditionChip } from "./ConditionChip";
import { FacetMenu } from "./FacetMenu";

interface FilterBarProps {
  search: Search;
  facets: Facets | undefined;
  onChange: (changes: Search, replace?: boolean) => void;
}

/** Asked for most; all others are behind one button. */
const QUICK = ["state", "running_mode", "account_id", "region"] as const;

export function FilterBar({ search, facets, onChange }: FilterBarProps) {
  const [draft, setDraft] = useState<Condition>();
  const conditions = conditionsOf(search);
  // The counts leave out what a filter excludes, so its names have to come from elsewhere.
  const { data: everything } = useQuery({
    ...facetsQuery(useScope()),
    enabled: conditions.some((condition) => condition.operator === "is_not"),
  });
  const gone = value(search, "include_gone") === "true";
  // Two chips of a field and tag differ by their place.
  const seen = new Map<string, number>();
  const keyed = conditions.map((condition) => {
    const name = `${condition.field.key} ${condition.tag ?? ""}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { condition, key: `${name} ${before}` };
  });
  return (
    <div className="mb-3 flex flex-col gap-2">
      <div className="flex flex-col gap-2 lg:flex-row lg:items-center">
        <SearchBox
          label="Search any attribute or tag"
          value={value(search, "q") ?? ""}
          onChange={(q) => onChange({ q: q === "" ? undefined : q }, true)}
          className="lg:w-72 lg:shrink-0"
        />
        <div role="group" aria-label="Filters" className="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
          {QUICK.map((key) => (
            <FacetMenu
              key={key}
              parameter={key}
              title={FIELDS.find((field) => field.key === key)?.title ?? key}
              counts={facets?.[key] ?? []}
              chosen={values(search, key)}
              onToggle={(one) => onChange(toggled(search, key, one))}
              onClear={() => onChange({ [key]: undefined })}
            />
          ))}
          <AddFilter onAdd={(field) => setDraft(newCondition(field))} />
          <Button
            small
            kind="quiet"
            aria-pressed={gone}
            className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => onChange({ include_gone: gone ? undefined : "true" })}
          >
            Include missing and deleted
          </Button>
        </div>
      </div>
      {(conditions.length > 0 || draft !== undefined) && (
        <ul aria-label="Filters in force" className="flex flex-wrap items-center gap-1.5">
          {keyed.map(({ condition, key }) => (
            <li key={key} className="max-w-full">
              <ConditionChip
                condition={condition}
                facets={condition.operator === "is_not" ? (everything ?? facets) : facets}
                onChange={(next) => onChange(withCondition(next, condition))}
                onRemove={() => onChange({ [condition.parameter]: undefined })}
              />
            </li>
          ))}
          {draft && (
            <li className="max-w-full">
              <ConditionChip
                key={draft.field.key}
                condition={draft}
                facets={facets}
                fresh
                onChange={(next) => {
                  setDraft(undefined);
                  onChange(withCondition(next));
                }}
                onRemove={() => setDraft(undefined)}
              />
            </li>
          )}
          {conditions.length > 0 && (
            <li>
              <Button small kind="quiet" onClick={() => onChange(withoutAll(search))}>
                Clear all
              </Button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function newCondition(field: Field): Condition {
  const [operator = "is"] = operatorsOf(field);
  return { parameter: "", field, operator, values: field.kind === "time" ? ["30"] : [] };
}

function AddFilter({ onAdd }: { onAdd: (field: Field) => void }) {
  return (
    <Menu
      align="start"
      trigger={
        <Button small>
          <Plus aria-hidden /> Filter
        </Button>
      }
    >
      {/* Typing goes to the field that begins so. */}
      {FIELDS.map((field) => (
        // After the menu has given the focus back.
        <MenuItem key={field.key} className="py-1.5!" onSelect={() => setTimeout(() => onAdd(field), 80)}>
          {field.title}
        </MenuItem>
      ))}
    </Menu>
  );
}

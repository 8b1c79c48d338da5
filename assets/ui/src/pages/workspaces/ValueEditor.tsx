// The values of a filter: known ones to tick, words, days, a date, or a tag. Enter applies, Esc leaves.
import { useState } from "react";
import type { Count, Facets } from "../../api/types";
import { Button } from "../../components/Button";
import { controlClass, SelectField, TextField } from "../../components/Field";
import { takesValues, type Condition } from "../../lib/conditions";
import { formatCount, formatNumber } from "../../lib/format";
import { offered, valueWords } from "../../lib/workspaceFilters";

interface ValueEditorProps {
  condition: Condition;
  facets: Facets | undefined;
  fresh: boolean;
  onApply: (next: Condition) => void;
  onCancel: () => void;
}

export function ValueEditor({ condition, facets, fresh, onApply, onCancel }: ValueEditorProps) {
  const { field, operator } = condition;
  const [given, setGiven] = useState(condition.values);
  const keys = facets?.tag_keys ?? [];
  const [tag, setTag] = useState(condition.tag ?? keys[0]?.key);
  const several = operator === "is" || operator === "is_not";
  const counts = several ? offered(field.key, facets) : undefined;
  const apply = () => {
    const values = takesValues(operator) ? given.map((one) => one.trim()).filter((one) => one !== "") : [];
    onApply({ ...condition, values, ...(tag === undefined || field.kind !== "tag" ? {} : { tag }) });
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      {field.kind === "tag" && fresh && (
        <SelectField label="Tag" value={tag} onChange={(event) => setTag(event.target.value)}>
          {keys.map((one) => (
            <option key={one.key} value={one.key}>
              {one.label} ({formatNumber(one.count)})
            </option>
          ))}
        </SelectField>
      )}
      {!takesValues(operator) ? null : counts ? (
        <Ticks field={field.key} counts={counts} given={given} onChange={setGiven} onEnter={apply} />
      ) : operator === "older_than_days" || operator === "newer_than_days" ? (
        <Days days={given[0] ?? ""} onChange={(days) => setGiven([days])} onChoose={(days) => onApply({ ...condition, values: [days] })} />
      ) : operator === "before" || operator === "after" ? (
        <TextField label="Day (UTC)" type="date" required value={(given[0] ?? "").slice(0, 10)} onChange={(event) => setGiven([event.target.value])} />
      ) : (
        <TextField
          label={field.kind === "tag" ? "Value" : field.title}
          hint={several && field.kind !== "tag" ? "Several are separated by commas" : undefined}
          // The popover gives the focus to its first field; a tag's key comes before this one.
          value={given.join(",")}
          onChange={(event) => setGiven(several && field.kind !== "tag" ? event.target.value.split(",") : [event.target.value])}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button small kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button small kind="primary" type="submit">
          Apply
        </Button>
      </div>
    </form>
  );
}

interface TicksProps {
  field: string;
  counts: Count[];
  given: string[];
  onChange: (given: string[]) => void;
  onEnter: () => void;
}

const MANY = 8;

function Ticks({ field, counts, given, onChange, onEnter }: TicksProps) {
  const [typed, setTyped] = useState("");
  const gone = given.filter((key) => !counts.some((one) => one.key === key)).map((key) => ({ key, label: key, count: 0 }));
  const all = [...counts, ...gone];
  const words = typed.trim().toLowerCase();
  const shown = all.filter((one) => `${valueWords(field, one.label)} ${one.key}`.toLowerCase().includes(words));
  return (
    <>
      {all.length > MANY && (
        <input
          type="search"
          aria-label="Find a value"
          placeholder="Find a value"
          className={`${controlClass} min-h-8!`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <ul className="-mx-1.5 max-h-64 overflow-y-auto">
        {shown.map((one) => (
          <li key={one.key}>
            <label className="flex min-h-8 items-center gap-2.5 rounded-md px-1.5 text-sm hover:bg-sunken">
              <input
                type="checkbox"
                className="size-4 shrink-0 accent-accent"
                checked={given.includes(one.key)}
                onChange={() => onChange(given.includes(one.key) ? given.filter((key) => key !== one.key) : [...given, one.key])}
                onKeyDown={(event) => {
                  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
                  else if (event.key === "Enter") {
                    event.preventDefault();
                    onEnter();
                  }
                }}
              />
              <span className="min-w-0 flex-1 truncate">{valueWords(field, one.label)}</span>
              {one.count >= 0 && <span className="text-[13px] text-ink-faint">{formatNumber(one.count)}</span>}
            </label>
          </li>
        ))}
        {shown.length === 0 && <li className="px-1.5 py-2 text-sm text-ink-faint">No such value</li>}
      </ul>
    </>
  );
}

/** To the box above or below. */
function step(event: React.KeyboardEvent<HTMLInputElement>): void {
  const boxes = [...(event.currentTarget.closest("ul")?.querySelectorAll("input") ?? [])];
  boxes[boxes.indexOf(event.currentTarget) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  event.preventDefault();
}

const PRESETS = ["7", "30", "60", "90", "180"];

interface DaysProps {
  days: string;
  onChange: (days: string) => void;
  onChoose: (days: string) => void;
}

function Days({ days, onChange, onChoose }: DaysProps) {
  return (
    <>
      <TextField label="Days" type="number" min={1} max={36500} required value={days} onChange={(event) => onChange(event.target.value)} />
      <div className="flex flex-wrap gap-1">
        {PRESETS.map((one) => (
          <Button key={one} small kind={one === days ? "primary" : "plain"} aria-label={formatCount(Number(one), "day")} onClick={() => onChoose(one)}>
            {one}
          </Button>
        ))}
      </div>
    </>
  );
}

// Filters by when somebody was last connected.
import { useState } from "react";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { value, type Search } from "../../lib/address";
import { useNow } from "../../state/clock";
import { PopoverForm } from "../../components/PopoverForm";

const PRESETS = [30, 60, 90, 180];
const DAY_MS = 86_400_000;

const NONE: Search = { connection_state: undefined, never_connected: undefined, last_connected_before: undefined };

interface ConnectionFilterProps {
  search: Search;
  onChange: (changes: Search) => void;
}

export function ConnectionFilter({ search, onChange }: ConnectionFilterProps) {
  const active = Object.keys(NONE).some((key) => value(search, key) !== undefined);
  return (
    <PopoverForm title="Last connected" active={active}>
      {(close) => (
        <ConnectionForm
          before={value(search, "last_connected_before") ?? ""}
          onChange={(changes) => {
            onChange({ ...NONE, ...changes });
            close();
          }}
        />
      )}
    </PopoverForm>
  );
}

function ConnectionForm({ before, onChange }: { before: string; onChange: (changes: Search) => void }) {
  const now = useNow();
  const [day, setDay] = useState(before.slice(0, 10));
  const daysAgo = (days: number) => new Date(now - days * DAY_MS).toISOString().slice(0, 10);
  const choice = (title: string, changes: Search) => (
    <Button small kind="quiet" className="justify-start" onClick={() => onChange(changes)}>
      {title}
    </Button>
  );
  return (
    <div className="flex flex-col gap-3">
      <div className="-mx-2 flex flex-col">
        {choice("Any time", {})}
        {choice("Connected now", { connection_state: "CONNECTED" })}
        {PRESETS.map((days) => (
          <span key={days} className="contents">
            {choice(`Not for ${days} days`, { last_connected_before: daysAgo(days) })}
          </span>
        ))}
        {choice("Never", { never_connected: "true" })}
      </div>
      <form
        className="flex items-end gap-2 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (day) onChange({ last_connected_before: day });
        }}
      >
        <TextField label="Before (UTC)" type="date" value={day} onChange={(event) => setDay(event.target.value)} className="flex-1" />
        <Button type="submit" className="min-h-9.5">
          Apply
        </Button>
      </form>
    </div>
  );
}

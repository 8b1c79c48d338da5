// One time in the week in which nothing is changed.
import clsx from "clsx";
import { Trash2 } from "lucide-react";
import type { Blackout } from "../../api/types";
import { IconButton } from "../../components/Button";
import { SelectField, TextField } from "../../components/Field";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface BlackoutFieldsProps {
  value: Blackout;
  onChange: (value: Blackout) => void;
  onRemove: () => void;
}

export function BlackoutFields({ value, onChange, onRemove }: BlackoutFieldsProps) {
  const set = (changes: Partial<Blackout>) => onChange({ ...value, ...changes });
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <div className="rounded-lg border border-line p-3">
      <div className="flex items-start justify-between gap-2">
        <div role="group" aria-label="Weekdays" className="flex flex-wrap gap-1">
          {DAYS.map((day, index) => {
            const number = index + 1;
            const chosen = value.weekdays.includes(number);
            return (
              <button
                key={day}
                type="button"
                aria-pressed={chosen}
                className={clsx(
                  "min-h-8 rounded-md border px-2 text-[13px] disabled:opacity-60",
                  chosen ? "border-accent bg-accent-soft text-accent" : "border-line-strong text-ink-soft",
                )}
                onClick={() =>
                  set({ weekdays: chosen ? value.weekdays.filter((one) => one !== number) : [...value.weekdays, number].sort() })
                }
              >
                {day}
              </button>
            );
          })}
        </div>
        <IconButton label="Remove this time" className="-mt-0.5" onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      <div className="mt-3 grid grid-cols-2 gap-3 sm:grid-cols-[1fr_1fr_2fr]">
        <TextField label="From" type="time" required value={value.from} onChange={(event) => set({ from: event.target.value })} />
        <TextField label="To" type="time" required value={value.to} onChange={(event) => set({ to: event.target.value })} />
        <SelectField
          label="Time zone"
          className="max-sm:col-span-full"
          value={value.time_zone}
          onChange={(event) => set({ time_zone: event.target.value })}
        >
          {!zones.includes(value.time_zone) && <option value={value.time_zone}>{value.time_zone}</option>}
          {zones.map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </SelectField>
      </div>
    </div>
  );
}

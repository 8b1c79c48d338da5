// What exactly a change makes of a desktop, where there is something to choose.
import { useQuery } from "@tanstack/react-query";
import { facetsQuery } from "../../api/queries";
import { controlClass, Field, SelectField, TextField } from "../../components/Field";
import type { Verb } from "../../lib/change";
import { formatConstant } from "../../lib/format";
import type { Choices } from "./changes";

interface ChoiceFieldsProps {
  verb: Verb;
  choices: Choices;
  onChange: (changes: Partial<Choices>) => void;
}

export function ChoiceFields({ verb, choices, onChange }: ChoiceFieldsProps) {
  switch (verb) {
    case "running_mode":
      return (
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="Running mode"
            value={choices.running_mode}
            onChange={(event) => onChange({ running_mode: event.target.value as Choices["running_mode"] })}
          >
            <option value="AUTO_STOP">Auto stop, by the hour</option>
            <option value="ALWAYS_ON">Always on, by the month</option>
          </SelectField>
          {choices.running_mode === "AUTO_STOP" && (
            <TextField
              label="Stops after (minutes)"
              type="number"
              min={60}
              step={60}
              value={choices.timeout}
              onChange={(event) => onChange({ timeout: event.target.value })}
            />
          )}
        </div>
      );
    case "compute_type":
      return <ComputeType chosen={choices.compute_type} onChange={(compute_type) => onChange({ compute_type })} />;
    case "admin_maintenance":
      return (
        <SelectField
          label="Maintenance"
          value={choices.maintenance}
          onChange={(event) => onChange({ maintenance: event.target.value as Choices["maintenance"] })}
        >
          <option value="on">Into maintenance</option>
          <option value="off">Out of maintenance</option>
        </SelectField>
      );
    case "tags":
      return (
        <div className="grid gap-4 sm:grid-cols-2">
          <Lines label="Set" hint="key=value, one a line" value={choices.set} onChange={(set) => onChange({ set })} />
          <Lines label="Remove" hint="A key, one a line" value={choices.remove} onChange={(remove) => onChange({ remove })} />
        </div>
      );
    default:
      return null;
  }
}

/** The types that Windows desktops can change between, and those that are in use. */
const TYPES = ["VALUE", "STANDARD", "PERFORMANCE", "POWER", "POWERPRO"];

function ComputeType({ chosen, onChange }: { chosen: string; onChange: (type: string) => void }) {
  const facets = useQuery(facetsQuery({}));
  const used = (facets.data?.compute_type ?? []).map((one) => one.key);
  const offered = [...TYPES, ...used.filter((type) => !TYPES.includes(type)).sort()];
  return (
    <SelectField label="Compute type" value={chosen} onChange={(event) => onChange(event.target.value)}>
      <option value="">Choose one</option>
      {offered.map((type) => (
        <option key={type} value={type}>
          {formatConstant(type)}
        </option>
      ))}
    </SelectField>
  );
}

interface LinesProps {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
}

function Lines({ label, hint, value, onChange }: LinesProps) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <textarea
          {...control}
          rows={3}
          spellCheck={false}
          className={`${controlClass} py-2 font-mono text-[13px]`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

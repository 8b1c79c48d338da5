// Which regions are looked at: all, or some.
import { useQuery } from "@tanstack/react-query";
import { regionsQuery } from "../../api/queries";
import { CheckField } from "../../components/Field";

interface RegionPickerProps {
  /** Empty: every commercial region. */
  chosen: string[];
  onChange: (regions: string[]) => void;
  error?: string | undefined;
}

export function RegionPicker({ chosen, onChange, error }: RegionPickerProps) {
  const { data } = useQuery(regionsQuery);
  const toggle = (region: string) =>
    onChange(chosen.includes(region) ? chosen.filter((one) => one !== region) : [...chosen, region]);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">Regions</legend>
      <p className="text-[13px] text-ink-faint">
        {chosen.length === 0
          ? "None chosen: every commercial region that offers WorkSpaces; GovCloud has to be chosen. Choosing the ones in use makes syncs quicker."
          : `Only ${chosen.join(", ")}.`}
      </p>
      <div className="grid grid-cols-2 gap-x-4 gap-y-2 rounded-lg border border-line bg-sunken p-3 sm:grid-cols-3">
        {data?.regions.map((region) => (
          <CheckField key={region} label={region} checked={chosen.includes(region)} onChange={() => toggle(region)} />
        ))}
      </div>
      {data && <p className="text-[13px] text-ink-faint">List of {data.dated}</p>}
      {error && (
        <p role="alert" className="text-[13px] text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}

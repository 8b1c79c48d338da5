// The box that chooses a row, or every row. Around it there is room for a finger.
import { useEffect, useRef } from "react";

interface RowCheckProps {
  label: string;
  checked: boolean;
  /** Some of what it stands for is chosen. */
  partly?: boolean;
  disabled?: boolean;
  onChange: (event: React.ChangeEvent) => void;
}

export function RowCheck({ label, checked, partly = false, disabled = false, onChange }: RowCheckProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = partly && !checked;
  }, [partly, checked]);
  return (
    <label className="-m-2 inline-flex p-2 align-middle" title={disabled ? label : undefined}>
      <input
        ref={box}
        type="checkbox"
        aria-label={label}
        checked={checked}
        disabled={disabled}
        className="size-4 accent-accent disabled:opacity-40"
        onChange={onChange}
      />
    </label>
  );
}

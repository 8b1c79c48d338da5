// A search field that waits until typing pauses.
import { Search as SearchIcon, X } from "lucide-react";
import { useEffect, useState } from "react";
import { controlClass } from "./Field";

interface SearchBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

const PAUSE_MS = 250;

export function SearchBox({ label, value, onChange, className }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  // The address changed by itself (back, a link): follow it.
  if (value !== seen) {
    setSeen(value);
    setTyped(value);
  }

  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);

  return (
    <div className={`relative ${className ?? ""}`}>
      <SearchIcon aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        className={`${controlClass} pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden`}
        onChange={(event) => setTyped(event.target.value)}
      />
      {typed !== "" && (
        <button
          type="button"
          aria-label="Clear search"
          className="absolute top-1/2 right-1.5 grid size-7 -translate-y-1/2 place-items-center rounded-md text-ink-faint hover:text-ink [&_svg]:size-4"
          onClick={() => {
            setTyped("");
            onChange("");
          }}
        >
          <X aria-hidden />
        </button>
      )}
    </div>
  );
}

// Everything that narrows the list, and what does so at the moment.
import { X } from "lucide-react";
import type { Facets } from "../../api/types";
import { Button } from "../../components/Button";
import { SearchBox } from "../../components/SearchBox";
import { toggled, value, values, type Search } from "../../lib/address";
import { activeFilters, FACETS, filterWords, without, withoutAll, type ActiveFilter } from "../../lib/workspaceFilters";
import { ConnectionFilter } from "./ConnectionFilter";
import { FacetMenu } from "./FacetMenu";
import { TagFilter } from "./TagFilter";

interface FilterBarProps {
  search: Search;
  facets: Facets | undefined;
  onChange: (changes: Search, replace?: boolean) => void;
}

export function FilterBar({ search, facets, onChange }: FilterBarProps) {
  const active = activeFilters(search);
  return (
    <div className="mb-4 flex flex-col gap-2.5">
      <div className="flex flex-col gap-2.5 xl:flex-row xl:items-center">
        <SearchBox
          label="Search any attribute or tag"
          value={value(search, "q") ?? ""}
          onChange={(q) => onChange({ q: q === "" ? undefined : q }, true)}
          className="xl:w-72 xl:shrink-0"
        />
        <div
          role="group"
          aria-label="Filters"
          className="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0"
        >
          {FACETS.map(({ key, title }) => (
            <FacetMenu
              key={key}
              parameter={key}
              title={title}
              counts={facets?.[key] ?? []}
              chosen={values(search, key)}
              onToggle={(one) => onChange(toggled(search, key, one))}
              onClear={() => onChange({ [key]: undefined })}
            />
          ))}
          <TagFilter keys={facets?.tag_keys ?? []} search={search} onChange={onChange} />
          <ConnectionFilter search={search} onChange={onChange} />
          <Button
            small
            aria-pressed={value(search, "include_gone") === "true"}
            className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => onChange({ include_gone: value(search, "include_gone") === "true" ? undefined : "true" })}
          >
            Include missing and deleted
          </Button>
        </div>
      </div>
      {active.length > 0 && (
        <ul aria-label="Filters in force" className="flex flex-wrap items-center gap-1.5">
          {active.map((filter) => (
            <li key={`${filter.parameter}=${filter.value}`}>
              <Chip filter={filter} facets={facets} onRemove={() => onChange(without(search, filter))} />
            </li>
          ))}
          <li>
            <Button small kind="quiet" onClick={() => onChange(withoutAll(search))}>
              Clear all
            </Button>
          </li>
        </ul>
      )}
    </div>
  );
}

interface ChipProps {
  filter: ActiveFilter;
  facets: Facets | undefined;
  onRemove: () => void;
}

function Chip({ filter, facets, onRemove }: ChipProps) {
  const words = filterWords(filter, facets);
  return (
    <span className="inline-flex min-h-7 items-center gap-1 rounded-full bg-accent-soft pl-3 text-[13px] text-accent">
      <span className="max-w-72 truncate">{words}</span>
      <button
        type="button"
        aria-label={`Remove filter ${words}`}
        className="grid size-7 place-items-center rounded-full hover:bg-accent hover:text-on-accent [&_svg]:size-3.5"
        onClick={onRemove}
      >
        <X aria-hidden />
      </button>
    </span>
  );
}

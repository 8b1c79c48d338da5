// What narrows the activity: words, accounts, kinds of event, a person, a desktop, days.
import { X } from "lucide-react";
import { useState } from "react";
import { AccountMenu } from "../../components/AccountMenu";
import { Button } from "../../components/Button";
import { ChoiceMenu } from "../../components/ChoiceMenu";
import { TextField } from "../../components/Field";
import { PopoverForm } from "../../components/PopoverForm";
import { SearchBox } from "../../components/SearchBox";
import { toggled, value, values, type Search } from "../../lib/address";
import { eventTitle } from "../../lib/trail";
import { useFilters } from "../../state/filters";
import { EVENT_NAMES, isFiltered, withoutFilters } from "./filters";

const CHOICES = EVENT_NAMES.map((key) => ({ key, title: eventTitle(key) }));

export function EventFilters() {
  const { search, change } = useFilters();
  return (
    <div className="mb-3 flex flex-wrap items-center gap-1.5">
      <SearchBox
        label="Search people, events, desktops"
        value={value(search, "q") ?? ""}
        onChange={(q) => change({ q: q || undefined }, true)}
        className="w-full sm:w-80"
      />
      <AccountMenu />
      <ChoiceMenu
        title="Event"
        choices={CHOICES}
        chosen={values(search, "event_name")}
        onToggle={(one) => change(toggled(search, "event_name", one))}
        onClear={() => change({ event_name: undefined })}
      />
      <PopoverForm title="Days" active={value(search, "from") !== undefined || value(search, "to") !== undefined}>
        {(close) => (
          <Days
            search={search}
            onChange={(changes) => {
              change(changes);
              close();
            }}
          />
        )}
      </PopoverForm>
      {(["user_name", "workspace_id"] as const).map((key) =>
        values(search, key).map((one) => (
          <Button
            key={key + one}
            small
            className="border-accent! bg-accent-soft! text-accent!"
            onClick={() => change(toggled(search, key, one))}
          >
            {one} <X aria-label="Remove this filter" />
          </Button>
        )),
      )}
      {isFiltered(search) && (
        <Button small kind="quiet" onClick={() => change(withoutFilters)}>
          Clear all
        </Button>
      )}
    </div>
  );
}

function Days({ search, onChange }: { search: Search; onChange: (changes: Search) => void }) {
  const [from, setFrom] = useState(value(search, "from") ?? "");
  const [to, setTo] = useState(value(search, "to") ?? "");
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ from: from || undefined, to: to || undefined });
      }}
    >
      <TextField label="From (UTC)" type="date" max={to || undefined} value={from} onChange={(event) => setFrom(event.target.value)} />
      <TextField label="To, included" type="date" min={from || undefined} value={to} onChange={(event) => setTo(event.target.value)} />
      <div className="flex justify-end gap-2">
        <Button small kind="quiet" onClick={() => onChange({ from: undefined, to: undefined })}>
          Any day
        </Button>
        <Button small kind="primary" type="submit">
          Apply
        </Button>
      </div>
    </form>
  );
}

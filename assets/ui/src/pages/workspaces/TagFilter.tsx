// Filters by a tag: a key, and a value or any.
import { useState } from "react";
import type { Count } from "../../api/types";
import { Button } from "../../components/Button";
import { SelectField, TextField } from "../../components/Field";
import type { Search } from "../../lib/address";
import { formatNumber } from "../../lib/format";
import { isTag, tagParameter } from "../../lib/workspaceFilters";
import { PopoverForm } from "../../components/PopoverForm";

interface TagFilterProps {
  keys: Count[];
  search: Search;
  onChange: (changes: Search) => void;
}

export function TagFilter({ keys, search, onChange }: TagFilterProps) {
  return (
    <PopoverForm title="Tag" active={Object.keys(search).some(isTag)}>
      {(close) => (
        <TagForm
          keys={keys}
          onSubmit={(key, value) => {
            onChange({ [tagParameter(key)]: value });
            close();
          }}
        />
      )}
    </PopoverForm>
  );
}

function TagForm({ keys, onSubmit }: { keys: Count[]; onSubmit: (key: string, value: string) => void }) {
  const [key, setKey] = useState(keys[0]?.key ?? "");
  const [value, setValue] = useState("");
  if (keys.length === 0) return <p className="text-sm text-ink-soft">None of these WorkSpaces has a tag.</p>;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(key, value.trim());
      }}
    >
      <SelectField label="Tag" value={key} onChange={(event) => setKey(event.target.value)}>
        {keys.map((one) => (
          <option key={one.key} value={one.key}>
            {one.label} ({formatNumber(one.count)})
          </option>
        ))}
      </SelectField>
      <TextField label="Value" hint="Empty: any value" value={value} onChange={(event) => setValue(event.target.value)} />
      <Button type="submit" kind="primary" small>
        Apply
      </Button>
    </form>
  );
}

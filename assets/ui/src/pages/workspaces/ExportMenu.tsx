// The rows of these filters as a file: with the columns on show, or with every field there is.
import { Download } from "lucide-react";
import { useState } from "react";
import { exportAddress } from "../../api/endpoints";
import { errorFromAnswer } from "../../api/problem";
import { Button } from "../../components/Button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../../components/Menu";
import { searchParams, type Search } from "../../lib/address";
import { columnPicker } from "../../lib/csvColumns";
import { download } from "../../lib/download";
import { sortOf, workspaceQuery } from "../../lib/workspaceFilters";
import { toastError } from "../../state/toasts";
import { COLUMNS } from "./columns";

/** Columns whose cells show more than one field. */
const FIELDS: Record<string, string[]> = {
  user_name: ["user_name", "display_name"],
  bundle_name: ["bundle_name", "bundle_id"],
  directory_name: ["directory_name", "directory_id"],
};

export function ExportMenu({ search, shown }: { search: Search; shown: readonly string[] }) {
  const [busy, setBusy] = useState(false);
  const params = searchParams({ ...workspaceQuery(search), sort: sortOf(search) });
  const save = async () => {
    setBusy(true);
    try {
      download(await shownAsCsv(exportAddress("csv", params), shown), `workspaces-${new Date().toISOString().slice(0, 10)}.csv`, "text/csv");
    } catch (error) {
      toastError("The rows were not exported", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu
      trigger={
        <Button small busy={busy}>
          {!busy && <Download aria-hidden />} Export
        </Button>
      }
    >
      <MenuLabel>The rows of these filters, in this order</MenuLabel>
      <MenuItem onSelect={() => void save()}>Shown columns, as CSV</MenuItem>
      <MenuLine />
      {(["csv", "json"] as const).map((format) => (
        <MenuItem key={format} asChild>
          <a href={exportAddress(format, params)} download>
            Every field, as {format.toUpperCase()}
          </a>
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The server writes every field; what is not on show is left out here, as the file streams in. */
async function shownAsCsv(address: string, shown: readonly string[]): Promise<string> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || !answer.body) throw errorFromAnswer(answer.status, await answer.json().catch(() => null));
  const wanted = shown.flatMap((id) =>
    (FIELDS[id] ?? [id]).map((field) => ({ field, title: FIELDS[id] ? field : (COLUMNS.find((column) => column.id === id)?.header ?? id) })),
  );
  const picker = columnPicker(wanted);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const parts: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    parts.push(done ? picker.end() : picker.add(value));
    if (done) return parts.join("");
  }
}

import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { DataTable, type Column } from "./DataTable";

interface Row {
  id: string;
  count: number;
}

const rows: Row[] = [
  { id: "b", count: 2 },
  { id: "a", count: 1 },
];

const columns: Column<Row>[] = [
  { id: "id", header: "Name", sortable: true, cell: (row) => <a href={`#${row.id}`}>{row.id}</a> },
  { id: "count", header: "Count", right: true, cell: (row) => row.count },
];

let wide = true;
beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: wide, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
});

function show(sort: string) {
  const onSort = vi.fn();
  const onOpen = vi.fn();
  render(
    <DataTable
      label="Things"
      rows={rows}
      columns={columns}
      rowKey={(row) => row.id}
      sort={sort}
      onSort={onSort}
      onOpen={onOpen}
      card={(row) => `card of ${row.id}`}
    />,
  );
  return { onSort, onOpen };
}

it("keeps the server's order, marks the sorted column, and turns it around", async () => {
  wide = true;
  const { onSort } = show("id");
  const table = screen.getByRole("table", { name: "Things" });
  expect(within(table).getAllByRole("link").map((link) => link.textContent)).toEqual(["b", "a"]);
  expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("ascending");
  await userEvent.click(screen.getByRole("button", { name: "Name" }));
  expect(onSort).toHaveBeenCalledWith("-id");
  expect(screen.queryByRole("button", { name: "Count" })).toBeNull();
});

it("opens a row by a click beside its links", async () => {
  wide = true;
  const { onOpen } = show("-id");
  await userEvent.click(screen.getByRole("link", { name: "b" }));
  expect(onOpen).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("cell", { name: "2" }));
  expect(onOpen).toHaveBeenCalledWith(rows[0]);
});

it("shows cards on a narrow window, which can be sorted too", async () => {
  wide = false;
  const { onSort } = show("id");
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["card of b", "card of a"]);
  await userEvent.selectOptions(screen.getByRole("combobox"), "-id");
  expect(onSort).toHaveBeenCalledWith("-id");
});

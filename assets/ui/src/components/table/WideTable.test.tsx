import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { useSelection } from "../../state/selection";
import { DataTable, type Column } from "../DataTable";

interface Row {
  id: string;
}

const columns: Column<Row>[] = [
  { id: "id", header: "Name", cell: (row) => row.id },
  { id: "size", header: "Size", cell: (row) => `${row.id.length} letters` },
];
const keyOf = (row: Row) => row.id;
const able = (row: Row) => row.id !== "gone";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
});

function List({ rows, onOpen, onEnd }: { rows: Row[]; onOpen: (row: Row) => void; onEnd?: () => void }) {
  const selection = useSelection(keyOf, able);
  return (
    <>
      <DataTable
        label="Things"
        rows={rows}
        columns={columns}
        rowKey={keyOf}
        total={rows.length}
        selection={selection}
        choiceLabel={(row) => `Choose ${row.id}`}
        onOpen={onOpen}
        onEnd={onEnd}
        uniform
        card={keyOf}
      />
      <output>{selection.rows.map(keyOf).join()}</output>
    </>
  );
}

const rowsOf = (...ids: string[]) => ids.map((id) => ({ id }));

it("goes from row to row by keyboard, opens and chooses", async () => {
  const onOpen = vi.fn();
  const user = userEvent.setup();
  render(<List rows={rowsOf("a", "b", "gone", "d")} onOpen={onOpen} />);
  await user.keyboard("jj");
  expect(document.activeElement?.textContent).toContain("b");
  await user.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledWith({ id: "b" });
  await user.keyboard("xjj{Shift>}X{/Shift}");
  // Nothing can be done with one in between.
  expect(screen.getByRole("status").textContent).toBe("b,d");
  await user.keyboard("{Home}x{Escape}");
  expect(screen.getByRole("status").textContent).toBe("");
});

it("leaves keys alone that are typed elsewhere", async () => {
  const user = userEvent.setup();
  render(
    <>
      <input aria-label="Search" />
      <List rows={rowsOf("a", "b")} onOpen={vi.fn()} />
    </>,
  );
  await user.type(screen.getByLabelText("Search"), "jx");
  expect(screen.getByRole("status").textContent).toBe("");
  expect(screen.getByLabelText<HTMLInputElement>("Search").value).toBe("jx");
});

it("chooses every row that can be, and none again", async () => {
  const user = userEvent.setup();
  render(<List rows={rowsOf("a", "gone")} onOpen={vi.fn()} />);
  const all = screen.getByRole<HTMLInputElement>("checkbox", { name: "Choose every row shown" });
  await user.click(all);
  expect([screen.getByRole("status").textContent, all.checked]).toEqual(["a", true]);
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Choose gone" }).disabled).toBe(true);
  await user.click(all);
  expect(screen.getByRole("status").textContent).toBe("");
});

it("draws a few of many rows, and says how many there are", () => {
  const onEnd = vi.fn();
  render(<List rows={Array.from({ length: 5000 }, (_, index) => ({ id: `row ${index}` }))} onOpen={vi.fn()} onEnd={onEnd} />);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  expect(onEnd).not.toHaveBeenCalled();
});

import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { download } from "../../lib/download";
import { Result } from "./Result";

vi.mock("../../lib/download", () => ({ download: vi.fn() }));

const rows = (...given: unknown[][]) => given as Record<string, never>[][];
const TABLE = { columns: ["region", "desktops"], rows: rows(["eu-west-1", 1204], ["us-east-1", null]), truncated: false };

const show = (table: typeof TABLE, kind?: "bar" | "figure") =>
  render(<Result table={table} chart={kind && { kind, x: "region", y: "desktops" }} label="Desktops by region" waiting={false} />);

it("shows the rows with numbers at the right and what is missing as a dash", () => {
  show(TABLE);
  const table = screen.getByRole("table", { name: "Desktops by region" });
  const cells = within(table).getAllByRole("cell");
  expect(cells.map((cell) => cell.textContent)).toEqual(["eu-west-1", "1,204", "us-east-1", "—"]);
  expect(cells[1]?.className).toContain("text-right");
  expect(screen.getByText("2 rows")).toBeTruthy();
});

it("changes between picture and table", async () => {
  show({ ...TABLE, rows: rows(["eu-west-1", 1204], ["us-east-1", 12]) }, "bar");
  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.getByRole("figure")).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: "Table" }));
  expect(screen.getByRole("table")).toBeTruthy();
});

it("shows the first rows of many, and says when there are more than it has", async () => {
  const many = Array.from({ length: 40 }, (_, at) => [`region-${at}`, at]);
  show({ ...TABLE, rows: rows(...many), truncated: true });
  expect(screen.getByText("The first 40 rows; there are more")).toBeTruthy();
  expect(screen.getAllByRole("row").length).toBeLessThan(20);
  await userEvent.click(screen.getByRole("button", { name: "Show all 40" }));
  expect(screen.getAllByRole("row")).toHaveLength(41);
});

it("hands the rows out as a file named after the question", async () => {
  show(TABLE);
  await userEvent.click(screen.getByRole("button", { name: "CSV" }));
  const text = "region,desktops\r\neu-west-1,1204\r\nus-east-1,\r\n";
  expect(vi.mocked(download).mock.calls).toEqual([[text, "desktops-by-region.csv", "text/csv"]]);
});

import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { HeatMap } from "./HeatMap";
import type { Hour } from "./heat";

it("can be read as a table, with no data apart from nobody", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  const week: Hour[][] = Array.from({ length: 7 }, () => Array<Hour>(24).fill(0));
  week[0] = [null, 12, ...Array<Hour>(22).fill(0)];
  render(<HeatMap week={week} one={false} />);
  const [monday] = screen.getAllByRole("row", { name: /^Mon/ });
  const cells = [...(monday?.querySelectorAll("td") ?? [])];
  expect(cells.slice(0, 3).map((cell) => cell.textContent)).toEqual(["no data", "12", "0"]);
  expect(cells[0]?.className).toContain("no-data");
  expect(cells[1]?.title).toBe("Monday 01:00 to 02:00 UTC: 12");
  expect(cells[2]?.className).not.toContain("no-data");
});

import { expect, it } from "vitest";
import { daysBetween, formatLongMonth, formatMonth, isMonth, lastMonths, monthTick, plusMonths } from "./month";

it("counts months over the end of a year", () => {
  expect(plusMonths("2026-01", -1)).toBe("2025-12");
  expect(plusMonths("2026-10", 3)).toBe("2027-01");
  expect(lastMonths("2026-02", 3)).toEqual(["2025-12", "2026-01", "2026-02"]);
});

it("writes months for people, with the year where it turns", () => {
  expect(formatMonth("2026-10")).toBe("Oct 2026");
  expect(formatLongMonth("2026-10")).toBe("October 2026");
  expect([monthTick("2025-12"), monthTick("2026-01")]).toEqual(["Dec", "2026"]);
});

it("lists every day, and tells months from other text", () => {
  expect(daysBetween("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect([isMonth("2026-10"), isMonth("2026-13"), isMonth("now"), isMonth(undefined)]).toEqual([true, false, false, false]);
});

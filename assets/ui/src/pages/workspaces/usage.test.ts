import { expect, it } from "vitest";
import type { UsageDay, WorkspaceUsage } from "../../api/types";
import { dayHours, monthCosts } from "./usage";

const day = (name: string, connected_minutes: number, unknown_minutes = 0) => ({ day: name, connected_minutes, unknown_minutes }) as UsageDay;

it("tells a day without values, or without a row, from a day without a connection", () => {
  const days = [day("2026-10-01", 90), day("2026-10-02", 0), day("2026-10-03", 0, 1440), day("2026-10-05", 30, 800)];
  expect(dayHours(days).map((one) => one.hours)).toEqual([1.5, 0, null, null, 0.5]);
  expect(dayHours([])).toEqual([]);
});

it("has no cost for a month without an estimate or a price", () => {
  const usage = {
    months: [{ month: "2026-09" }, { month: "2026-10" }, { month: "2026-11" }],
    estimates: [
      { month: "2026-09", amount: 12 },
      { month: "2026-11", amount: null, missing: "no price" },
    ],
  } as unknown as WorkspaceUsage;
  expect(monthCosts(usage)).toEqual([12, null, null]);
});

import { expect, it } from "vitest";
import type { MonthlyTotal } from "../../api/types";
import type { EstimateSum } from "../../api/types";
import { estimateSeries, estimateWords, missingWords, monthsOf, residuals } from "./bill";

const sum = (month: string, key: string, amount: number, more: Partial<EstimateSum> = {}): EstimateSum => ({
  month,
  key,
  label: key,
  amount,
  low: amount,
  high: amount,
  desktops: 2,
  missing: 0,
  ...more,
});

const MONTHS = ["2026-08", "2026-09", "2026-10", "2026-11"];

it("leaves a gap where a month has no amount, and none at the beginning", () => {
  const sums = [sum("2026-09", "AUTO_STOP", 10), sum("2026-11", "AUTO_STOP", 0, { missing: 2 }), sum("2026-10", "unknown", 5)];
  expect(monthsOf(sums, MONTHS)).toEqual(["2026-09", "2026-10", "2026-11"]);
  expect(estimateSeries(sums, MONTHS)).toEqual([
    { key: "AUTO_STOP", title: "Auto stop", values: [null, 10, null, null] },
    { key: "unknown", title: "Not known", values: [null, null, 5, null] },
  ]);
});

it("says how the last closed month moved, and what is not in it", () => {
  const sums = [sum("2026-09", "a", 100), sum("2026-10", "a", 130.2, { desktops: 10, missing: 4 }), sum("2026-11", "a", 3)];
  const series = estimateSeries(sums, MONTHS);
  expect(estimateWords(series, MONTHS, "2026-11")).toBe("Oct 2026: $130.20, $30 more than Sept 2026.");
  expect(missingWords(sums, "2026-10")).toBe(
    "4 of 10 desktops are not in Oct 2026: they have no price, or no hours where hours are billed.",
  );
  expect(missingWords(sums, "2026-09")).toBeUndefined();
});

it("sets the invoice against the estimate, and has no difference where one is missing", () => {
  const series = estimateSeries([sum("2026-09", "a", 100), sum("2026-10", "a", 130)], MONTHS);
  const total = (month: string, workspaces_amount: number, estimated = false) => ({ month, workspaces_amount, estimated, days: 30 }) as MonthlyTotal;
  const found = residuals([total("2026-07", 80), total("2026-10", 150), total("2026-11", 9, true)], series, MONTHS, "2026-11");
  expect(found.map((one) => [one.month, one.invoice, one.estimate, one.rest, one.open])).toEqual([
    ["2026-07", 80, null, null, false],
    ["2026-08", null, null, null, false],
    ["2026-09", null, 100, null, false],
    ["2026-10", 150, 130, 20, false],
    ["2026-11", 9, null, null, true],
  ]);
});

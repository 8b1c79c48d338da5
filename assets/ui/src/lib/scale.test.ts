import { expect, it } from "vitest";
import { niceScale } from "./scale";

it.each([
  [0, 0],
  [0, 7],
  [3, 512],
  [480, 512],
  [9_990, 10_010],
  [100, 100],
])("holds every value from %d to %d between round ticks", (least, most) => {
  const scale = niceScale(least, most);
  expect(scale.low).toBeLessThanOrEqual(least);
  expect(scale.high).toBeGreaterThanOrEqual(most);
  expect(scale.high).toBeGreaterThan(scale.low);
  expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
  expect(scale.ticks.length).toBeLessThanOrEqual(7);
  expect(scale.ticks.every(Number.isInteger)).toBe(true);
});

it("starts at zero where values are spread", () => {
  expect(niceScale(100, 500).low).toBe(0);
  expect(niceScale(9_990, 10_010).low).toBeGreaterThan(9_000);
});

it.each([
  [0, 0.4],
  [0.12, 0.97],
  [-3, 12],
  [-8, -2],
  [2.5, 2.5],
  [0, 0],
])("has smaller steps for %d to %d, which need not be whole", (least, most) => {
  const { low, high, ticks } = niceScale(least, most, false);
  expect(low).toBeLessThanOrEqual(least);
  expect(high).toBeGreaterThanOrEqual(most);
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  expect(ticks.length).toBeLessThanOrEqual(8);
  expect(ticks.every((tick) => String(tick).length < 8)).toBe(true);
});

import { describe, expect, it } from "vitest";
import { nextRuns, parseCron } from "./cron";

const from = Date.parse("2026-11-21T09:30:20Z");

function runs(text: string, timeZone: string, count = 3): string[] {
  const cron = parseCron(text);
  if (typeof cron === "string") throw new Error(cron);
  return nextRuns(cron, timeZone, from, count).map((date) => date.toISOString().slice(0, 16));
}

describe("next runs", () => {
  it.each([
    ["0 */6 * * *", "UTC", ["2026-11-21T12:00", "2026-11-21T18:00", "2026-11-22T00:00"]],
    ["*/20 9 * * *", "UTC", ["2026-11-21T09:40", "2026-11-22T09:00", "2026-11-22T09:20"]],
    ["30 7 * * MON-FRI", "Europe/Berlin", ["2026-11-23T06:30", "2026-11-24T06:30", "2026-11-25T06:30"]],
    ["0 3 1 * *", "America/New_York", ["2026-12-01T08:00", "2027-01-01T08:00", "2027-02-01T08:00"]],
    ["0 0 13 * 5", "UTC", ["2026-11-27T00:00", "2026-12-04T00:00", "2026-12-11T00:00"]],
    ["15 10 * * *", "Asia/Kathmandu", ["2026-11-22T04:30", "2026-11-23T04:30", "2026-11-24T04:30"]],
  ])("%s in %s", (text, zone, expected) => {
    expect(runs(text, zone)).toEqual(expected);
  });

  it("keeps the wall clock when the clocks change", () => {
    const cron = parseCron("0 6 * * *");
    if (typeof cron === "string") throw new Error(cron);
    const spring = nextRuns(cron, "Europe/Berlin", Date.parse("2027-03-27T00:00:00Z"), 2);
    expect(spring.map((date) => date.toISOString())).toEqual(["2027-03-27T05:00:00.000Z", "2027-03-28T04:00:00.000Z"]);
  });

  it("gives up on days that never come", () => {
    expect(runs("0 0 31 2 *", "UTC")).toEqual([]);
  });
});

it.each([
  ["* * * *", /Five fields/],
  ["61 * * * *", /not a minute from 0 to 59/],
  ["0 9-7 * * *", /backwards/],
  ["0 0 * * FUN", /not a weekday/],
  ["*/0 * * * *", /not a minute/],
])("%s is refused", (text, reason) => {
  expect(parseCron(text)).toMatch(reason);
});

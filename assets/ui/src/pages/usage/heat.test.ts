import { expect, it } from "vitest";
import { formatMean, formatPart, heatWords, mostOf, strength, type Hour } from "./heat";

const week = (edit: (week: Hour[][]) => void) => {
  const empty: Hour[][] = Array.from({ length: 7 }, () => Array<Hour>(24).fill(0));
  edit(empty);
  return empty;
};

it("tells an hour without data from one in which nobody was connected", () => {
  expect([strength(null, 10), strength(0, 10), strength(0.01, 10), strength(10, 10), strength(4.1, 10)]).toEqual([undefined, 0, 1, 5, 3]);
  expect(strength(0, 0)).toBe(0);
});

it("says when people work, and what is not known", () => {
  const busy = week((days) => {
    days[1] = days[1]?.with(14, 62.4) ?? [];
    days[6] = days[6]?.with(3, null) ?? [];
  });
  expect(mostOf(busy)).toBe(62.4);
  expect(heatWords(busy)).toBe(
    "Busiest on Tuesday from 14:00 to 15:00 UTC, with 62 desktops connected on average. In 166 of 167 hours of the week nobody was connected. Of 1 hour nothing is known.",
  );
  expect(heatWords(week(() => undefined))).toBe("Nobody was connected in these months.");
  expect(heatWords([[null]])).toBe("Nothing is known of these months yet.");
  expect(heatWords([[0.5, 0.25]], true)).toBe("Busiest on Monday from 00:00 to 01:00 UTC, connected 50 % of that time.");
  expect([formatMean(0.27), formatPart(0.004)]).toEqual(["0.3", "under 1 %"]);
});

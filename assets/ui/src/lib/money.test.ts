import { expect, it } from "vitest";
import { formatMoney, formatRange, formatShare, formatWhole } from "./money";

it("writes dollars with cents, and large figures without", () => {
  expect(formatMoney(1411.394999)).toBe("$1,411.39");
  expect(formatMoney(-8)).toBe("−$8.00");
  expect(formatWhole(1411.39)).toBe("$1,411");
  expect(formatWhole(8.7)).toBe("$8.70");
  expect(formatWhole(0)).toBe("$0");
});

it("gives a range only where it says more than the amount", () => {
  expect(formatRange(22.97, 41.1)).toBe("$22.97 to $41.10");
  expect(formatRange(50, 50)).toBeUndefined();
  expect(formatRange(null, 50)).toBeUndefined();
  expect(formatShare(1411, 4246)).toBe("33 %");
  expect(formatShare(1, 0)).toBeUndefined();
});

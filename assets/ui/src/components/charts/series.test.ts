import { expect, it } from "vitest";
import { colourOf, ranked, sumAt, type Series } from "./series";

const series = (key: string, ...values: (number | null)[]): Series => ({ key, title: key, values });

it("puts the largest first and makes one of the smallest that are too many", () => {
  const many = Array.from({ length: 10 }, (_, index) => series(`s${index}`, index, index));
  const drawn = ranked(many);
  expect(drawn.map((one) => one.key)).toEqual(["s9", "s8", "s7", "s6", "s5", "s4", "rest"]);
  expect(drawn.at(-1)).toMatchObject({ title: "4 others", values: [6, 6] });
  expect(colourOf(drawn, 0)).toBe(0);
  expect(colourOf(drawn, 6)).toBe(7);
});

it("keeps a gap apart from zero", () => {
  const two = [series("a", 1, null, 0), series("b", 2, null, null)];
  expect([0, 1, 2].map((at) => sumAt(two, at))).toEqual([3, null, 0]);
});

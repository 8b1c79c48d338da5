import { expect, it } from "vitest";
import { inPlainWords, kindTitle } from "./adviceWords";

it("reads constants inside a sentence aloud and leaves the rest", () => {
  expect(inPlainWords("Switch to ALWAYS_ON")).toBe("Switch to Always on");
  expect(inPlainWords("Take POWERPRO: its CPU is at its limits")).toBe("Take PowerPro: its CPU is at its limits");
  expect(inPlainWords("GRAPHICS_G4DN, AUTO_STOP after 60 minutes")).toBe("Graphics.g4dn, Auto stop after 60 minutes");
});

it("names a kind it does not know as the server does", () => {
  expect([kindTitle("never_used"), kindTitle("some_new_kind")]).toEqual(["Never used", "some new kind"]);
});

import { expect, it } from "vitest";
import { sourcesOf } from "./prices";

it("lists sources newest first with what came from each, and opens no strange address", () => {
  const book = {
    sources: [
      { id: "old", title: "Old list", url: "javascript:alert(1)", as_of: "2020-04-08" },
      { id: "new", title: "New list", url: "https://aws.example/list", as_of: "2026-09-28" },
    ],
    prices: [
      { region: "us-east-1", source: "new" },
      { region: "eu-west-1", source: "new" },
      { region: "us-east-1", source: "new" },
    ],
  };
  expect(sourcesOf(book)).toEqual([
    { id: "new", title: "New list", url: "https://aws.example/list", as_of: "2026-09-28", prices: 3, regions: ["eu-west-1", "us-east-1"] },
    { id: "old", title: "Old list", url: undefined, as_of: "2020-04-08", prices: 0, regions: [] },
  ]);
  expect(sourcesOf("no book")).toEqual([]);
});

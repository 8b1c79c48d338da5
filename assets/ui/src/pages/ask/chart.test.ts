import { describe, expect, it } from "vitest";
import { chartOf, places } from "./chart";

const bar = { kind: "bar", x: "region", y: "desktops" } as const;
const columns = ["region", "running_mode", "desktops"];

describe("the chart of an answer", () => {
  it("has a point for each row with a number", () => {
    const chart = chartOf(bar, { columns, rows: [["eu-west-1", "AUTO_STOP", 3], ["us-east-1", "AUTO_STOP", null], [null, "AUTO_STOP", 1]] });
    expect(chart?.points.map((point) => [point.label, point.value])).toEqual([["eu-west-1", 3], ["none", 1]]);
  });

  it("tells bars of the same place apart by the other words of the row", () => {
    const chart = chartOf(bar, { columns, rows: [["eu-west-1", "ALWAYS_ON", 3], ["eu-west-1", "AUTO_STOP", 2]] });
    expect(chart?.points.map((point) => point.label)).toEqual(["eu-west-1 · ALWAYS_ON", "eu-west-1 · AUTO_STOP"]);
  });

  it("is none where the columns are not there, or there is nothing to compare", () => {
    expect(chartOf(undefined, { columns, rows: [["a", "b", 1]] })).toBeUndefined();
    expect(chartOf({ ...bar, y: "cost" }, { columns, rows: [["a", "b", 1], ["c", "d", 2]] })).toBeUndefined();
    expect(chartOf(bar, { columns, rows: [["a", "b", 1]] })).toBeUndefined();
    expect(chartOf(bar, { columns, rows: [["a", "b", "1"], ["c", "d", "2"]] })).toBeUndefined();
    expect(chartOf(bar, { columns, rows: Array.from({ length: 500 }, (_, row) => [`r${row}`, "x", row]) })).toBeUndefined();
  });

  it("draws no line through several values of one moment", () => {
    const line = { kind: "line", x: "month", y: "n" } as const;
    expect(chartOf(line, { columns: ["month", "n"], rows: [["2026-10", 1], ["2026-10", 2]] })).toBeUndefined();
    expect(chartOf(line, { columns: ["month", "n"], rows: [["2026-10", 1], ["2026-11", 2]] })?.points[1]?.label).toBe("Nov 2026");
  });

  it("lets time run to the right", () => {
    const line = { kind: "line", x: "week", y: "percent" } as const;
    const chart = chartOf(line, { columns: ["week", "percent"], rows: [["2026-W10", 9], ["2026-W02", 1.5]] });
    expect(chart?.points.map((point) => point.label)).toEqual(["2026-W02", "2026-W10"]);
    expect(chart?.measure).toBe("percent");
  });

  it("is one number where there is one", () => {
    const hint = { kind: "figure", x: "n", y: "n" } as const;
    expect(chartOf(hint, { columns: ["n"], rows: [[42]] })?.points[0]?.value).toBe(42);
    expect(chartOf(hint, { columns: ["n"], rows: [[null]] })).toBeUndefined();
  });
});

it("places points by their time, so that a gap is a gap", () => {
  const at = (...raw: string[]) => places(raw.map((one) => ({ key: one, label: one, value: 1, raw: one })));
  expect(at("2026-11-01", "2026-11-02", "2026-11-05")).toEqual([0, 0.25, 1]);
  expect(at("small", "middle", "large")).toEqual([0, 0.5, 1]);
  expect(at("only")).toEqual([0.5]);
});

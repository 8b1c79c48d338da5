import { expect, it } from "vitest";
import { layOut } from "./sql";

it("puts each clause on a line of its own", () => {
  expect(layOut("SELECT region, count(*) AS n FROM workspaces WHERE state = 'STOPPED' AND region <> 'x' GROUP BY 1 ORDER BY n DESC LIMIT 5")).toBe(
    "SELECT region, count(*) AS n\nFROM workspaces\nWHERE state = 'STOPPED'\n  AND region <> 'x'\nGROUP BY 1\nORDER BY n DESC\nLIMIT 5",
  );
});

it("leaves quotes, brackets and ranges alone", () => {
  const sql = "SELECT 'a FROM b', \"x WHERE y\" FROM (SELECT 1 FROM t WHERE a AND b) WHERE day BETWEEN '1' AND '2' AND note = 'it''s AND'";
  expect(layOut(sql)).toBe(
    "SELECT 'a FROM b', \"x WHERE y\"\nFROM (SELECT 1 FROM t WHERE a AND b)\nWHERE day BETWEEN '1' AND '2'\n  AND note = 'it''s AND'",
  );
});

it("keeps what somebody laid out", () => {
  expect(layOut("SELECT 1\n  FROM workspaces WHERE 1")).toBe("SELECT 1\n  FROM workspaces WHERE 1");
});

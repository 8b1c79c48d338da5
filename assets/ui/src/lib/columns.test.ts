import { expect, it } from "vitest";
import { columnsParameter, drawnOrder, moved, shownColumns, tableName, withColumn } from "./columns";

const known = { all: ["user", "state", "mode", "region"], usual: ["user", "state"] };

it("takes columns from the address, else from the person, else the usual ones", () => {
  expect(shownColumns("region,user,gone", { columns: ["mode"] }, known)).toEqual(["region", "user"]);
  expect(shownColumns("all", undefined, known)).toEqual(known.all);
  expect(shownColumns(undefined, { columns: ["mode", "gone"] }, known)).toEqual(["mode"]);
  expect(shownColumns("gone", { columns: ["gone"] }, known)).toEqual(["user", "state"]);
});

it("writes only what differs from the usual into the address", () => {
  expect(columnsParameter(["user", "state"], known)).toBeUndefined();
  expect(columnsParameter(["state", "user"], known)).toBe("state,user");
  expect(columnsParameter(known.all, known)).toBe("all");
});

it("shows a column where it usually stands, and never hides the last", () => {
  expect(withColumn(["user", "region"], "mode", known.all)).toEqual(["user", "mode", "region"]);
  expect(withColumn(["state"], "user", known.all)).toEqual(["user", "state"]);
  expect(withColumn(["user", "state"], "user", known.all)).toEqual(["state"]);
  expect(withColumn(["user"], "user", known.all)).toEqual(["user"]);
});

it("moves columns, and draws pinned ones first", () => {
  expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "c", -4)).toEqual(["c", "a", "b"]);
  expect(drawnOrder(["a", "b", "c"], ["c"])).toEqual(["c", "a", "b"]);
  expect(tableName("Hours by desktop")).toBe("hours-by-desktop");
});

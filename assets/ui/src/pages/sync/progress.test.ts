import { expect, it } from "vitest";
import type { ScopeRun } from "../../api/types";
import { byAccount, troubleWords } from "./progress";

const scope = (account: string, status: string, rows: number) =>
  ({
    account_id: account,
    account_name: `Account ${account}`,
    status,
    counts: { rows_seen: rows, calls_made: 1 },
  }) as ScopeRun;

it("adds up per account and puts trouble first", () => {
  const accounts = byAccount([
    scope("a", "complete", 10),
    scope("b", "running", 5),
    scope("c", "complete", 1),
    scope("c", "failed", 0),
    scope("a", "complete", 7),
  ]);
  expect(accounts.map((one) => [one.account_id, one.done, one.failed, one.rows, one.calls])).toEqual([
    ["c", 2, 1, 1, 2],
    ["b", 0, 0, 5, 1],
    ["a", 2, 0, 17, 2],
  ]);
});

it("counts what failed and what was not tried apart", () => {
  const [account] = byAccount([scope("a", "failed", 0), scope("a", "skipped", 0), scope("a", "skipped", 0)]);
  expect(account && troubleWords(account)).toBe("1 failed, 2 skipped");
  expect(account?.done).toBe(3);
});

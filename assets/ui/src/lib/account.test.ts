import { expect, it } from "vitest";
import { accountIdProblem, roleArn, roleName } from "./account";

it.each([
  ["111122223333", undefined],
  ["1111-2222-3333", undefined],
  [" 111122223333 ", undefined],
  ["11112222333", "An AWS account id is 12 digits; this has 11"],
  ["11112222333x", "An AWS account id is 12 digits; this has other characters"],
])("%s: %s", (text, problem) => {
  expect(accountIdProblem(text)).toBe(problem);
});

it("makes ARNs of role names and leaves ARNs alone", () => {
  expect(roleArn("1111-2222-3333", "stocktake-read")).toBe("arn:aws:iam::111122223333:role/stocktake-read");
  expect(roleArn("111122223333", "arn:aws-us-gov:iam::111122223333:role/x")).toBe("arn:aws-us-gov:iam::111122223333:role/x");
  expect(roleArn("111122223333", "  ")).toBeUndefined();
  expect(roleName("arn:aws:iam::111122223333:role/team/reader")).toBe("reader");
});

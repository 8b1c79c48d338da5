import { expect, it } from "vitest";
import { accountIdProblem, roleArn, roleName, roleProblem } from "./account";

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

it.each([
  ["stocktake-read", undefined],
  ["team/reader", undefined],
  ["arn:aws:iam::111122223333:role/team/reader", undefined],
  ["arn:aws-us-gov:iam::111122223333:role/x", undefined],
  ["", "Name the role to assume"],
  ["a role", "A role's name has letters, digits and + = , . @ _ - only"],
  ["arn:aws:iam::1:role/x", "A role's ARN looks like arn:aws:iam::111122223333:role/stocktake-read"],
  ["arn:aws:iam::111122223333:user/x", "A role's ARN looks like arn:aws:iam::111122223333:role/stocktake-read"],
  ["arn:aws:iam::999988887777:role/x", "This role is in account 999988887777, not in 111122223333"],
])("role %s: %s", (role, problem) => {
  expect(roleProblem("1111-2222-3333", role)).toBe(problem);
});

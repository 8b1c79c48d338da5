// The rules for account ids and roles that the server also holds to, told while typing.

const DIGITS = 12;

/** `1111-2222-3333` as the console writes it is fine too. */
export function accountIdProblem(text: string): string | undefined {
  const given = text.trim().replaceAll("-", "");
  if (/\D/.test(given)) return `An AWS account id is ${DIGITS} digits; this has other characters`;
  if (given.length !== DIGITS) return `An AWS account id is ${DIGITS} digits; this has ${given.length}`;
  return undefined;
}

export const plainAccountId = (text: string) => text.trim().replaceAll("-", "");

/** A role's name, or its ARN as it is. */
export function roleArn(account: string, role: string): string | undefined {
  const given = role.trim();
  if (given === "") return undefined;
  return given.startsWith("arn:") ? given : `arn:aws:iam::${plainAccountId(account)}:role/${given.replace(/^\/+/, "")}`;
}

const ROLE_NAME = /^[\w+=,.@/-]+$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/;

/** What is wrong with a role, given by name or ARN, for an account. */
export function roleProblem(account: string, role: string): string | undefined {
  const given = role.trim();
  if (given === "") return "Name the role to assume";
  if (!given.startsWith("arn:")) {
    return ROLE_NAME.test(given) ? undefined : "A role's name has letters, digits and + = , . @ _ - only";
  }
  const owner = ROLE_ARN.exec(given)?.[1];
  if (owner === undefined) return "A role's ARN looks like arn:aws:iam::111122223333:role/stocktake-read";
  if (owner === plainAccountId(account)) return undefined;
  return `This role is in account ${owner}, not in ${plainAccountId(account) || "this one"}`;
}

/** The name for which a template is made: the last part of an ARN's path. */
export function roleName(role: string): string {
  return role.trim().split("/").at(-1) ?? "";
}

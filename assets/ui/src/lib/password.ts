// The one rule for passwords that the server also holds to.

export const MIN_PASSWORD = 12;

export function passwordProblem(password: string): string | undefined {
  return [...password].length < MIN_PASSWORD ? `At least ${MIN_PASSWORD} characters` : undefined;
}

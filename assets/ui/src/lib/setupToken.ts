// The one-time token of a set-up link, `/setup#token=…`.

/** The token in an address's fragment; undefined where there is none. */
export function setupToken(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("token") ?? undefined;
}

/** Whether the link was made to get back in, rather than for the first start. */
export function recovers(token: string | undefined): boolean {
  return token?.startsWith("recover-") ?? false;
}

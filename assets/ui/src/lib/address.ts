// The query part of an address: plain repeated parameters (`?state=A&state=B`), the form people can
// read, edit and paste, and the form the API itself takes.

export type Search = Record<string, string | string[] | undefined>;

export function parseSearch(text: string): Search {
  const found: Search = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = found[key];
    if (before === undefined) found[key] = value;
    else found[key] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return found;
}

export function searchParams(search: Record<string, unknown>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      // An empty tag filter means "has the tag, whatever its value"; other empty values mean nothing.
      const absent = one === undefined || one === null || one === false || (one === "" && !/^(not_)?tag\./.test(key));
      if (!absent) params.append(key, String(one));
    }
  }
  return params;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const text = searchParams(search).toString();
  return text === "" ? "" : `?${text}`;
}

/** Every value of a parameter, however often it was given. */
export function values(search: Search, key: string): string[] {
  const value = search[key];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The value of a parameter that can be given once. */
export function value(search: Search, key: string): string | undefined {
  return values(search, key)[0];
}

/** The changes that add a value to a filter, or take it out if it is there. */
export function toggled(search: Search, parameter: string, one: string): Search {
  const before = values(search, parameter);
  const after = before.includes(one) ? before.filter((other) => other !== one) : [...before, one];
  return { [parameter]: after.length > 0 ? after : undefined };
}

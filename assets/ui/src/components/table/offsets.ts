// Where each list was scrolled to, by its address, for coming back.

interface Spot {
  offset: number;
  active: number;
}

const spots = new Map<string, Spot>();
const MOST = 40;

export const spotOf = (address: string): Spot | undefined => spots.get(address);

export function keepSpot(address: string, spot: Spot): void {
  spots.delete(address);
  spots.set(address, spot);
  const [oldest] = spots.keys();
  if (spots.size > MOST && oldest !== undefined) spots.delete(oldest);
}

/** What says which rows a list shows, without what is open beside it and how it is drawn. */
export function listAddress({ pathname, search }: { pathname: string; search: string }): string {
  const params = new URLSearchParams(search);
  for (const key of ["columns", "open", "view"]) params.delete(key);
  return `${pathname}?${params}`;
}

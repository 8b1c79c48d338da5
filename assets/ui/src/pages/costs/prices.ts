// The sources of a price book, with what came from each. The document calls the book an object only, so
// what is read here is checked. Pure.

export interface PriceSource {
  id: string;
  title: string;
  url: string | undefined;
  as_of: string;
  prices: number;
  regions: string[];
}

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Newest first. Addresses that no browser should open are left out. */
export function sourcesOf(book: unknown): PriceSource[] {
  const { sources, prices } = fields(book);
  const found = list(sources).map((source) => {
    const id = text(source.id) ?? "";
    const own = list(prices).filter((price) => price.source === id);
    const url = text(source.url);
    return {
      id,
      title: text(source.title) ?? id,
      url: url?.startsWith("https://") ? url : undefined,
      as_of: text(source.as_of) ?? "",
      prices: own.length,
      regions: [...new Set(own.map((price) => text(price.region) ?? ""))].filter(Boolean).sort(),
    };
  });
  return found.sort((one, other) => other.as_of.localeCompare(one.as_of));
}

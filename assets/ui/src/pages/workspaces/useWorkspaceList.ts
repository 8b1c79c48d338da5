// The WorkSpaces of a filter, read by cursor. When rows change somewhere only the pages in view are
// read again; the others are when they come into view, so that a long list stays cheap.
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useMemo, useRef } from "react";
import { inventory, type Query } from "../../api/endpoints";
import type { Page, Workspace } from "../../api/types";

/** The first page is small to be quick, those after it large to be few. */
const FIRST = 100;
const LATER = 250;
const MARGIN = 50;

type Pages = InfiniteData<Page<Workspace>, string | null>;

const read = (query: Query, cursor: string | null) =>
  inventory.workspaces(cursor === null ? { ...query, limit: FIRST } : { ...query, limit: LATER, cursor }) as Promise<Page<Workspace>>;

/** Indexes of the pages that hold some of these rows. */
export function pagesOf(pages: readonly { items: readonly unknown[] }[], first: number, last: number): number[] {
  const found: number[] = [];
  let start = 0;
  for (const [index, page] of pages.entries()) {
    const end = start + page.items.length;
    if (start <= last + MARGIN && end >= first - MARGIN) found.push(index);
    start = end;
  }
  return found;
}

/** Pages that were left as they were when others were read again. */
const old = new WeakSet<object>();

/** The query has to be the same object as long as it asks for the same. */
export function useWorkspaceList(query: Query, enabled: boolean) {
  const client = useQueryClient();
  const view = useRef({ first: 0, last: 0 });
  const reading = useRef(new Set<object>());
  const queryKey = useMemo(() => ["workspaces", "list", query] as const, [query]);
  const list = useInfiniteQuery(
    infiniteQueryOptions({
      queryKey,
      enabled,
      queryFn: async ({ pageParam, client: cache }) => {
        const held = cache.getQueryData<Pages>(queryKey);
        const index = held?.pageParams.indexOf(pageParam) ?? -1;
        const page = held?.pages[index];
        if (held && page && index > 0 && !pagesOf(held.pages, view.current.first, view.current.last).includes(index)) {
          old.add(page);
          return page;
        }
        return read(query, pageParam);
      },
      initialPageParam: null as string | null,
      getNextPageParam: (last) => last.next_cursor ?? null,
      placeholderData: keepPreviousData,
    }),
  );
  const onView = useCallback(
    (first: number, last: number) => {
      view.current = { first, last };
      const held = client.getQueryData<Pages>(queryKey);
      for (const index of held ? pagesOf(held.pages, first, last) : []) {
        const page = held?.pages[index];
        if (!page || !old.has(page) || reading.current.has(page)) continue;
        reading.current.add(page);
        void read(query, held?.pageParams[index] ?? null).then(
          (fresh) => client.setQueryData<Pages>(queryKey, (now) => now && { ...now, pages: now.pages.map((one) => (one === page ? fresh : one)) }),
          // What is there stays; it is tried again with the next look at it.
          () => reading.current.delete(page),
        );
      }
    },
    [client, query, queryKey],
  );
  return { list, onView };
}

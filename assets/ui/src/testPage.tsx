// For tests of pages: one page at its address, with a server that a test plays.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import type { Me } from "./api/types";
import { Toaster } from "./components/Toaster";
import { parseSearch, stringifySearch } from "./lib/address";

export interface Asked {
  method: string;
  path: string;
  search: URLSearchParams;
  body: unknown;
}

/** What the server answers; a `Response` as it is, anything else as JSON. */
export type Server = (asked: Asked) => unknown;

const ME = { demo: false, global_admin: true, permissions: [], user: { username: "ada" }, version: "1" } as unknown as Me;

export function playServer(server: Server): Asked[] {
  const all: Asked[] = [];
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  vi.stubGlobal("ResizeObserver", class {
    observe = () => undefined;
    disconnect = () => undefined;
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const asked = { method: request.method, path: pathname, search: searchParams, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    all.push(asked);
    const answer = server(asked) ?? { items: [], total: 0 };
    return answer instanceof Response ? answer : Response.json(answer);
  });
  return all;
}

export function refuse(status: number, code: string, title: string, detail: string): Response {
  return Response.json({ status, code, title, detail, request_id: "r-1", type: "about:blank" }, { status });
}

export function openPage(path: string, component: () => React.ReactNode, address: string, me: Partial<Me> = {}) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path, component });
  // Where links and plans lead; a page of its own is not needed.
  const elsewhere = createRoute({ getParentRoute: () => root, path: "$", component: () => null });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(["me"], { ...ME, ...me });
  client.setQueryData(["me", "preferences"], { values: {} });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([page, elsewhere]), history, parseSearch, stringifySearch });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
      <Toaster />
    </QueryClientProvider>,
  );
  return router;
}

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { StrictMode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Answer, AskRequest, Me } from "../../api/types";
import { parseSearch, stringifySearch } from "../../lib/address";
import { AskPage } from "./AskPage";

const asked: AskRequest[] = [];
/** What the server says to a question; stays open without an end. */
let reply: (request: AskRequest) => Response;
let cancelled: string[];

const me = { demo: true, global_admin: true, permissions: [], user: { username: "ada" }, version: "1" } as unknown as Me;
const answer = (request: AskRequest, more: Partial<Answer> = {}): Answer => ({
  id: `q${asked.length}`,
  question: request.question,
  outcome: "answered",
  tier: "template",
  summary: `Answer to ${request.question}`,
  sql: "SELECT 1",
  duration_ms: 4,
  asked_at: "2026-11-20T22:00:00Z",
  ...more,
});
const frames = (...events: [string, unknown][]) => events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
const stream = (text: string) => new Response(text, { headers: { "content-type": "text/event-stream" } });

beforeEach(() => {
  asked.length = 0;
  cancelled = [];
  reply = (request) => stream(frames(["started", { id: `q${asked.length}` }], ["answer", answer(request)]));
  vi.stubGlobal("scrollTo", () => undefined);
  Element.prototype.scrollIntoView = () => undefined;
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  vi.stubGlobal("fetch", (input: Request | string, init?: RequestInit) => {
    if (typeof input === "string") {
      const request = JSON.parse(init?.body as string) as AskRequest;
      asked.push(request);
      return Promise.resolve(reply(request));
    }
    const { pathname } = new URL(input.url);
    if (pathname.endsWith("/cancel")) cancelled.push(pathname);
    return Promise.resolve(pathname.endsWith("/cancel") ? new Response(null, { status: 204 }) : Response.json(serve(pathname)));
  });
});

function serve(path: string): unknown {
  if (path === "/api/v1/me") return me;
  if (path.endsWith("/examples")) return [{ topic: "Counts", question: "How many desktops are there?" }];
  if (path.endsWith("/model")) return null;
  if (path.endsWith("/organizations")) return { items: [{ id: "o1", name: "Acme" }], total: 1 };
  return { items: [], total: 0 };
}

async function open(address: string) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/ask", component: AskPage });
  const client = new QueryClient();
  client.setQueryData(["me"], me);
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([page]), history, parseSearch, stringifySearch });
  render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </StrictMode>,
  );
  const box = await screen.findByRole("textbox", { name: "Your question" });
  return { router, box };
}

it("asks what the address asks, once", async () => {
  const { router } = await open("/ask?q=how+many");
  await screen.findByText("Answer to how many", { ignore: "[role=status]" });
  await act(() => router.navigate({ to: "/ask", search: { q: "how many", view: "verified" } as never }));
  expect(asked).toEqual([{ question: "how many" }]);
});

it("asks of the organization that is chosen, and says so", async () => {
  const { router } = await open("/ask?q=how+many&org=o1");
  await screen.findByText("Answer to how many", { ignore: "[role=status]" });
  expect(asked).toEqual([{ question: "how many", organization_id: "o1" }]);
  await screen.findByText("Acme only");
  // A follow-up stays with it, whatever is chosen by then.
  await act(() => router.navigate({ to: "/ask", search: { q: "how many" } as never }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Follow up" }), "by month{Enter}");
  await screen.findByText("Answer to by month", { ignore: "[role=status]" });
  expect(asked[1]).toEqual({ question: "by month", follows: "q1", organization_id: "o1" });
});

it("asks by Enter, keeps the question in the address, and brings it back by the up arrow", async () => {
  const { router, box } = await open("/ask");
  await userEvent.type(box, "two{Shift>}{Enter}{/Shift}lines{Enter}");
  await screen.findByRole("article");
  expect(asked).toEqual([{ question: "two\nlines" }]);
  expect(router.state.location.searchStr).toContain("q=two");
  await userEvent.type(box, "second{Enter}");
  await userEvent.type(box, "{ArrowUp}{ArrowUp}");
  expect((box as HTMLTextAreaElement).value).toBe("two\nlines");
  await userEvent.type(box, "{ArrowDown}");
  expect((box as HTMLTextAreaElement).value).toBe("second");
  expect(screen.getAllByRole("article").map((one) => within(one).getByRole("heading").textContent)).toEqual(["second", "two\nlines"]);
});

it("asks an example, and a follow-up of its answer", async () => {
  await open("/ask");
  await userEvent.click(await screen.findByRole("button", { name: /How many desktops/ }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Follow up" }), "only in eu-west-1{Enter}");
  await screen.findByText("Answer to only in eu-west-1", { ignore: "[role=status]" });
  expect(asked[1]).toEqual({ question: "only in eu-west-1", follows: "q1" });
});

it("asks again in the sense that was chosen", async () => {
  reply = (request) =>
    stream(frames(["answer", request.reading ? answer(request) : answer(request, { outcome: "ambiguous", readings: [{ id: "r2", label: "by account" }] })]));
  await open("/ask?q=usage");
  await userEvent.click(await screen.findByRole("button", { name: "By account" }));
  await screen.findByText("Answer to usage", { ignore: "[role=status]" });
  expect(asked[1]).toEqual({ question: "usage", reading: "r2" });
  expect(screen.getByRole("button", { name: "By account" }).getAttribute("aria-pressed")).toBe("true");
});

it("shows what the model writes, and stops it", async () => {
  reply = () => {
    const text = frames(["started", { id: "q7" }], ["tier", { tier: "model" }], ["token", { text: "SELECT " }], ["token", { text: "count" }]);
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) }));
  };
  await open("/ask?q=hard");
  await screen.findByText("SELECT count");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await screen.findByText("Cancelled before there was an answer.");
  expect(cancelled).toEqual(["/api/v1/ai/questions/q7/cancel"]);
});

it("lets a busy server wait before the next try", async () => {
  reply = () => Response.json({ title: "The language model is busy", status: 503, code: "model_busy" }, { status: 503, headers: { "retry-after": "30" } });
  await open("/ask?q=busy");
  const retry = await screen.findByRole<HTMLButtonElement>("button", { name: "Try again in 30 s" });
  expect(retry.disabled).toBe(true);
});

// Saved views of lists: their calls, and the answer that pages hold.
import { queryOptions } from "@tanstack/react-query";
import { body, done, http } from "./client";
import type { components } from "./schema";

export type SavedView = components["schemas"]["SavedView"];
export type NewView = components["schemas"]["NewView"];
export type ViewChange = components["schemas"]["ViewChange"];

const id = (view: string) => ({ params: { path: { view_id: view } } });

export const views = {
  list: (page: string) => body(http.GET("/api/v1/views", { params: { query: { page } } })),
  create: (view: NewView) => body(http.POST("/api/v1/views", { body: view })),
  change: (view: string, change: ViewChange) => body(http.PATCH("/api/v1/views/{view_id}", { ...id(view), body: change })),
  remove: (view: string) => done(http.DELETE("/api/v1/views/{view_id}", id(view))),
  open: (view: string, first: boolean) => body(http.PUT("/api/v1/views/{view_id}/default", { ...id(view), body: { default: first } })),
};

export const viewsQuery = (page: string) =>
  queryOptions({ queryKey: ["views", page], queryFn: () => views.list(page), staleTime: 60_000 });

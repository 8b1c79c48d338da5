// What a person's pages look like, kept on the server: any values under keys of ours.
import { queryOptions } from "@tanstack/react-query";
import { body, http } from "./client";

export const preferences = {
  get: () => body(http.GET("/api/v1/me/preferences")),
  /** `null` removes a key. */
  change: (values: Record<string, unknown>) => body(http.PATCH("/api/v1/me/preferences", { body: { values } })),
};

export const preferencesQuery = queryOptions({
  queryKey: ["me", "preferences"],
  queryFn: preferences.get,
  staleTime: 5 * 60_000,
});

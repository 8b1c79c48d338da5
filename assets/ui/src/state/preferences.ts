// One value of the person's preferences: read at once where it is known, written in the background.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { preferences, preferencesQuery } from "../api/preferences";
import { toastError } from "./toasts";

export interface Preference<T> {
  value: T | undefined;
  /** Whether the answer is in; without one, pages look as they usually do. */
  ready: boolean;
  /** `undefined` removes it. */
  set: (value: T | undefined) => void;
}

export function usePreference<T>(key: string): Preference<T> {
  const client = useQueryClient();
  const query = useQuery({ ...preferencesQuery, retry: false });
  const set = useCallback(
    (value: T | undefined) => {
      const before = client.getQueryData(preferencesQuery.queryKey);
      const values: Record<string, unknown> = { ...before?.values, [key]: value };
      client.setQueryData(preferencesQuery.queryKey, { values });
      preferences.change({ [key]: value ?? null }).catch((error: unknown) => {
        void client.invalidateQueries({ queryKey: preferencesQuery.queryKey });
        toastError("This was not kept for next time", error);
      });
    },
    [client, key],
  );
  return { value: query.data?.values[key] as T | undefined, ready: !query.isPending, set };
}

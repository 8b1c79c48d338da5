// Asks questions and keeps the conversation of this session. It lies among the answers of the server,
// so that it leaves with them when the person logs out or the session ends.
import { queryOptions, skipToken, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask } from "../../api/ask";
import { ai } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { questionsQuery } from "../../api/queries";
import type { AskRequest, Feedback } from "../../api/types";
import { useOrganization } from "../../state/filters";
import { NOTHING_ASKED, reduce, type Action, type Conversation, type Turn } from "./conversation";

const conversationQuery = queryOptions<Conversation>({
  queryKey: ["conversation"],
  // Nothing reads it anew: what was answered stays as it was answered.
  queryFn: skipToken,
  staleTime: Infinity,
  gcTime: Infinity,
});

interface Run {
  run: string;
  request: AskRequest;
}

export interface Asking {
  /** A new question; with a thread, a follow-up in it. */
  ask: (request: AskRequest, thread?: string) => void;
  again: (turn: Turn, reading?: string) => void;
  cancel: (turn: Turn) => void;
  judge: (turn: Turn, feedback: Feedback) => void;
  clear: () => void;
}

/** What is on its way now, so that it can be stopped. Goes on while other pages are open. */
const underway = new Map<string, AbortController>();
let runs = 0;

export function conversationOf(client: QueryClient): Conversation {
  return client.getQueryData(conversationQuery.queryKey) ?? NOTHING_ASKED;
}

export function useConversation(): Conversation {
  return useQuery(conversationQuery).data ?? NOTHING_ASKED;
}

export function useAsking(): Asking {
  const client = useQueryClient();
  const organization = useOrganization();
  const { mutate } = useMutation({
    mutationFn: ({ run, request }: Run) => {
      const stop = new AbortController();
      underway.set(run, stop);
      return ask(request, (event) => dispatch(client, { type: "event", run, event }), stop.signal);
    },
    onError: (error, { run }) => dispatch(client, { type: "failed", run, at: Date.now(), error: asApiError(error) }),
    onSettled: (_, __, { run }) => {
      underway.delete(run);
      void client.invalidateQueries({ queryKey: questionsQuery.queryKey });
    },
  });
  return useMemo(() => {
    const start = (action: (run: string, at: number) => Action, request: AskRequest) => {
      const run = `run-${++runs}`;
      dispatch(client, action(run, Date.now()));
      mutate({ run, request });
    };
    return {
      ask: (asked, thread) => {
        const about = thread === undefined ? organization : organizationOf(conversationOf(client), thread);
        const request = about === undefined ? asked : { ...asked, organization_id: about };
        start((run, at) => ({ type: "asked", run, at, request, thread }), request);
      },
      again: (turn, reading) =>
        start((run, at) => ({ type: "again", turn: turn.key, run, at, reading }), {
          ...turn.request,
          ...(reading === undefined ? {} : { reading }),
        }),
      cancel: (turn) => stop(client, turn),
      judge: (turn, feedback) => dispatch(client, { type: "judged", turn: turn.key, feedback }),
      clear: () => {
        for (const thread of conversationOf(client).threads) thread.turns.forEach((turn) => stop(client, turn));
        dispatch(client, { type: "cleared" });
      },
    };
  }, [client, mutate, organization]);
}

/** A follow-up is about what the question before was about, whatever has been chosen since. */
function organizationOf(conversation: Conversation, thread: string): string | undefined {
  const turns = conversation.threads.find((one) => one.key === thread)?.turns;
  return turns?.[0]?.request.organization_id ?? undefined;
}

function dispatch(client: QueryClient, action: Action): void {
  client.setQueryData(conversationQuery.queryKey, (before) => reduce(before ?? NOTHING_ASKED, action));
}

/** Says so first: what the abort throws is then no failure any more. */
function stop(client: QueryClient, turn: Turn): void {
  if (turn.phase.kind !== "asking") return;
  dispatch(client, { type: "cancelled", run: turn.run });
  // The server also ends a question whose stream is closed; it may have ended by itself just now.
  if (turn.phase.id !== undefined) ai.cancel(turn.phase.id).catch(() => undefined);
  underway.get(turn.run)?.abort();
}

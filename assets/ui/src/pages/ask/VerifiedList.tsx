// Questions with SQL that people verified. Those that no longer run say why.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { ai } from "../../api/endpoints";
import { verifiedQuery } from "../../api/queries";
import type { VerifiedQuery } from "../../api/types";
import { Badge } from "../../components/Badge";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Failed } from "../../components/States";
import { may, useMe } from "../../state/access";
import { toast } from "../../state/toasts";
import { ListLoading, ListNothing } from "./ListStates";

export function VerifiedList({ onAsk }: { onAsk: (question: string) => void }) {
  const me = useMe();
  const query = useInfiniteQuery(verifiedQuery);
  const [removing, setRemoving] = useState<VerifiedQuery>();
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <ListLoading />;
  const all = query.data.pages.flatMap((page) => page.items);
  if (all.length === 0) {
    return <ListNothing>Save a good answer as verified: its question is then answered by the same SQL every time.</ListNothing>;
  }
  const mayRemove = (one: VerifiedQuery) =>
    one.organization_id ? may(me, "save_queries", one.organization_id) : me.global_admin;
  return (
    <>
      <ul aria-label="Verified questions" className="flex flex-col gap-0.5">
        {all.map((one) => (
          <li key={one.id} className="flex items-start gap-0.5 rounded-lg hover:bg-sunken">
            <button
              type="button"
              className="min-w-0 flex-1 rounded-lg px-2.5 py-2 text-left focus-visible:-outline-offset-2"
              onClick={() => onAsk(one.question)}
            >
              <Pair one={one} />
            </button>
            {mayRemove(one) && (
              <IconButton label={`Delete “${one.question}”`} className="mt-1 size-8! shrink-0 [&_svg]:size-4!" onClick={() => setRemoving(one)}>
                <Trash2 />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button small kind="quiet" className="mt-1" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
      {removing && <RemoveVerified pair={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}

function Pair({ one }: { one: VerifiedQuery }) {
  return (
    <>
      <span className="line-clamp-3 text-sm break-words">{one.question}</span>
      <span className="mt-0.5 flex flex-wrap items-center gap-x-1.5 text-[13px] text-ink-faint">
        {one.broken && <Badge tone="bad">Broken</Badge>}
        for {one.organization_name ?? "everyone"}, by {one.created_by}
      </span>
      {one.broken && <span className="mt-1 block text-[13px] break-words text-bad">{one.broken}</span>}
    </>
  );
}

function RemoveVerified({ pair, onClose }: { pair: VerifiedQuery; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => ai.removeVerified(pair.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: verifiedQuery.queryKey });
      toast("good", "The verified question was deleted");
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={() => remove.mutate()}
      title="Delete this verified question?"
      action="Delete"
      busy={remove.isPending}
      error={remove.isError ? remove.error : undefined}
    >
      “{pair.question}” will be answered as any other question again.
    </ConfirmDialog>
  );
}

// The chosen desktops: how many, every one that matches, and what to do with them.
import { useRef, useState } from "react";
import type { Query } from "../../api/endpoints";
import type { Workspace } from "../../api/types";
import { Button } from "../../components/Button";
import { SelectionBar } from "../../components/SelectionBar";
import { formatCount, formatNumber } from "../../lib/format";
import type { Selection } from "../../state/selection";
import { toast, toastError } from "../../state/toasts";
import { ActionsMenu } from "../actions/ActionsMenu";
import { MOST_CHOSEN, readMatching } from "./matching";

interface ChosenProps {
  selection: Selection<Workspace>;
  query: Query;
  total: number;
}

export function Chosen({ selection, query, total }: ChosenProps) {
  const [read, setRead] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  const most = Math.min(total, MOST_CHOSEN);
  const chooseAll = async () => {
    const control = new AbortController();
    stop.current = control;
    setRead(0);
    try {
      const rows = await readMatching(query, setRead, control.signal);
      if (control.signal.aborted) return;
      const able = rows.filter(selection.can);
      selection.choose(able, true);
      const left = [
        total > MOST_CHOSEN && `${formatCount(total, "WorkSpace")} match; no more than ${formatNumber(MOST_CHOSEN)} are chosen at once, the first in this order.`,
        able.length < rows.length && `${formatNumber(rows.length - able.length)} are missing or deleted and were left out.`,
      ].filter(Boolean);
      if (left.length > 0) toast("info", `${formatCount(able.length, "WorkSpace")} chosen`, left.join(" "));
    } catch (error) {
      toastError("Not every WorkSpace could be read", error);
    } finally {
      setRead(undefined);
    }
  };
  return (
    <SelectionBar
      onClear={() => {
        stop.current?.abort();
        selection.clear();
      }}
      actions={
        <>
          {read !== undefined ? (
            <Button small onClick={() => stop.current?.abort()}>
              {formatNumber(read)} of {formatNumber(most)} read, stop
            </Button>
          ) : (
            selection.rows.length < most && (
              <Button small onClick={() => void chooseAll()}>
                {total > MOST_CHOSEN
                  ? `Choose the first ${formatNumber(MOST_CHOSEN)} of ${formatNumber(total)} that match`
                  : `Choose all ${formatNumber(total)} that match`}
              </Button>
            )
          )}
          <ActionsMenu kind="primary" desktops={selection.rows} onPlanned={selection.clear} />
        </>
      }
    >
      {formatCount(selection.rows.length, "WorkSpace")} chosen
    </SelectionBar>
  );
}

// An answer: its sentence, how the question was understood, the picture and the rows, where they come
// from, and what a person can do with them. SQL that was edited and run stands in for the answer's own.
import { useMutation } from "@tanstack/react-query";
import clsx from "clsx";
import { BadgeCheck, ChevronDown, Code } from "lucide-react";
import { useId, useState } from "react";
import { ai } from "../../api/endpoints";
import type { Answer } from "../../api/types";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { formatCount } from "../../lib/format";
import { useMay } from "../../state/access";
import { AnswerFoot } from "./AnswerFoot";
import type { Turn } from "./conversation";
import { FailingScopes } from "./FailingScopes";
import { FeedbackButtons } from "./FeedbackButtons";
import { Notes } from "./Notes";
import { Result } from "./Result";
import { SaveDialog } from "./SaveDialog";
import { layOut } from "./sql";
import { SqlPanel } from "./SqlPanel";
import type { Asking } from "./useAsking";

interface AnswerViewProps {
  turn: Turn;
  answer: Answer;
  asking: Asking;
}

export function AnswerView({ turn, answer, asking }: AnswerViewProps) {
  const panel = useId();
  const maySave = useMay("save_queries");
  const [showsSql, setShowsSql] = useState(false);
  const [saving, setSaving] = useState(false);
  const edit = useMutation({ mutationFn: (sql: string) => ai.run(sql) });
  const edited = edit.data;
  const table = edited ?? answer.table;
  const own = answer.sql ? layOut(answer.sql) : undefined;
  const sql = edited === undefined ? own : edit.variables;
  return (
    <>
      {edited === undefined ? (
        <Words answer={answer} />
      ) : (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone="warn">Edited SQL</Badge>
          <p className="text-sm text-ink-soft">{formatCount(edited.rows.length, "row")} of your own query</p>
          <Button small kind="quiet" onClick={() => edit.reset()}>
            Back to the answer
          </Button>
        </div>
      )}
      {table && <Result table={table} chart={answer.chart} label={turn.request.question} waiting={edit.isPending} />}
      <FailingScopes scopes={answer.failing_scopes ?? []} />
      <AnswerFoot answer={answer} asOf={edited === undefined ? answer.as_of : edited.as_of}>
        <FeedbackButtons answer={answer} given={turn.feedback} onGiven={(feedback) => asking.judge(turn, feedback)} />
        {maySave && sql !== undefined && (answer.tier !== "verified" || edited !== undefined) && (
          <Button small kind="quiet" onClick={() => setSaving(true)}>
            <BadgeCheck aria-hidden /> Save as verified
          </Button>
        )}
        {own !== undefined && (
          <Button small kind="quiet" aria-expanded={showsSql} aria-controls={panel} onClick={() => setShowsSql(!showsSql)}>
            <Code aria-hidden /> SQL
            <ChevronDown aria-hidden className={clsx("size-3.5! transition-transform", showsSql && "rotate-180")} />
          </Button>
        )}
      </AnswerFoot>
      <div id={panel} hidden={!showsSql}>
        {showsSql && own !== undefined && (
          <SqlPanel sql={own} busy={edit.isPending} error={edit.error} onRun={(changed) => edit.mutate(changed)} />
        )}
      </div>
      {saving && sql !== undefined && <SaveDialog question={turn.request.question} sql={sql} onClose={() => setSaving(false)} />}
    </>
  );
}

function Words({ answer }: { answer: Answer }) {
  return (
    <div className="flex flex-col gap-1.5">
      {answer.summary && <p className="text-[17px] leading-snug font-medium break-words">{answer.summary}</p>}
      {answer.understood && (
        <p className="text-sm break-words text-ink-soft">
          <span className="text-ink-faint">Understood as:</span> {answer.understood}
        </p>
      )}
      <Notes notes={answer.notes ?? []} />
    </div>
  );
}

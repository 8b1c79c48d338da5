// Keeps a question with the SQL that answers it, for an organization or for everyone.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ai } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { organizationsQuery, verifiedQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { controlClass, Field, SelectField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { may, useMe } from "../../state/access";
import { useOrganization } from "../../state/filters";
import { toast } from "../../state/toasts";

interface SaveDialogProps {
  question: string;
  sql: string;
  onClose: () => void;
}

const PLACED = ["question", "sql", "organization_id"];
const EVERYONE = "";

export function SaveDialog(props: SaveDialogProps) {
  return (
    <Dialog open onClose={props.onClose} title="Save as verified" lead="From then on, this question is answered by this SQL." wide>
      <SaveForm {...props} />
    </Dialog>
  );
}

function SaveForm({ question: asked, sql: given, onClose }: SaveDialogProps) {
  const client = useQueryClient();
  const me = useMe();
  const { data } = useQuery(organizationsQuery);
  const organizations = (data?.items ?? []).filter((one) => may(me, "save_queries", one.id));
  const inView = useOrganization();
  const [question, setQuestion] = useState(asked);
  const [sql, setSql] = useState(given);
  const [chosen, setChosen] = useState<string>();
  const usual = me.global_admin ? EVERYONE : (organizations.find((one) => one.id === inView) ?? organizations[0])?.id;
  const owner = chosen ?? usual;
  const save = useMutation({
    mutationFn: () =>
      ai.save({ question: question.trim(), sql, ...(owner === EVERYONE || owner === undefined ? {} : { organization_id: owner }) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: verifiedQuery.queryKey });
      toast("good", "Saved as verified", "It is checked again when the views change.");
      onClose();
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={PLACED} />}
      <TextField
        label="Question"
        required
        maxLength={1000}
        value={question}
        error={problem?.field("question")}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <Field label="SQL" error={problem?.field("sql")}>
        {(control) => (
          <textarea
            {...control}
            required
            spellCheck={false}
            rows={8}
            value={sql}
            className={`${controlClass} py-2 font-mono text-xs! leading-relaxed`}
            onChange={(event) => setSql(event.target.value)}
          />
        )}
      </Field>
      <SelectField
        label="For"
        hint="Everyone sees it, but its rows stay limited to what the asker may see"
        value={owner ?? ""}
        error={problem?.field("organization_id")}
        onChange={(event) => setChosen(event.target.value)}
      >
        {me.global_admin && <option value={EVERYONE}>Everyone</option>}
        {organizations.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={save.isPending}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}

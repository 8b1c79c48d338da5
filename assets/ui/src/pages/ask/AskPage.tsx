// Questions in plain words. The address holds the newest question (`?q=`), so that a link asks it.
import { useQueryClient } from "@tanstack/react-query";
import { BadgeCheck, Eraser, History, MessagesSquare } from "lucide-react";
import { useEffect } from "react";
import type { AskRequest } from "../../api/types";
import { Button } from "../../components/Button";
import { Page } from "../../components/Page";
import { Tabs } from "../../components/Tabs";
import { Toggle } from "../../components/Toggle";
import { value } from "../../lib/address";
import { useFilters } from "../../state/filters";
import { useRoomy } from "../../state/media";
import { ConversationView } from "./ConversationView";
import { questionsOf, threadOf } from "./conversation";
import { Examples } from "./Examples";
import { HistoryList } from "./HistoryList";
import { ModelChip } from "./ModelChip";
import { QuestionBox } from "./QuestionBox";
import { conversationOf, useAsking, useConversation, type Asking } from "./useAsking";
import { VerifiedList } from "./VerifiedList";

const VIEWS = [
  { key: "answers", title: "Answers", icon: MessagesSquare },
  { key: "history", title: "My questions", icon: History },
  { key: "verified", title: "Verified", icon: BadgeCheck },
] as const;

type View = (typeof VIEWS)[number]["key"];

export function AskPage() {
  const { search, change } = useFilters();
  const roomy = useRoomy();
  const asking = useAsking();
  const conversation = useConversation();
  const question = value(search, "q");
  useAddressed(question, asking);

  const submit = (request: AskRequest) => {
    asking.ask(request);
    // An answer is to be seen; on a narrow window it has a tab of its own.
    change({ q: request.question, ...(roomy ? {} : { view: undefined }) });
    window.scrollTo({ top: 0 });
  };
  const clear = () => {
    asking.clear();
    change({ q: undefined });
  };

  const history = <HistoryList onAsk={submit} />;
  const verified = <VerifiedList onAsk={(saved) => submit({ question: saved })} />;
  const { view, open } = useView(roomy);
  return (
    <Page
      title="Ask"
      marks={<ModelChip />}
      actions={
        conversation.threads.length > 0 && (
          <Button small className="max-sm:hidden" onClick={clear}>
            <Eraser aria-hidden /> Clear
          </Button>
        )
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 min-[1200px]:grid-cols-[minmax(0,1fr)_300px] xl:gap-6">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          <QuestionBox earlier={questionsOf(conversation)} onAsk={(asked) => submit({ question: asked })} />
          {!roomy && <Toggle wide label="Show" choices={VIEWS} chosen={view} onChoose={open} />}
          {/* Always in the same place, so that a change of the window's width loses nothing of it. */}
          <div hidden={!roomy && view !== "answers"}>
            {conversation.threads.length === 0 ? (
              <Examples onAsk={(example) => submit({ question: example })} />
            ) : (
              <>
                <ConversationView conversation={conversation} asking={asking} question={question} />
                <Button className="mt-4 w-full sm:hidden" onClick={clear}>
                  <Eraser aria-hidden /> Clear the answers
                </Button>
              </>
            )}
          </div>
          {!roomy && view === "history" && history}
          {!roomy && view === "verified" && verified}
        </div>
        {roomy && (
          <aside
            aria-label="Earlier and verified questions"
            className="sticky top-[calc(var(--above,0px)+3.5rem)] max-h-[calc(100dvh-var(--above,0px)-5rem)] overflow-y-auto rounded-xl border border-line bg-panel px-2 pt-1 pb-2 shadow-panel"
          >
            <Tabs
              label="Earlier and verified questions"
              open={view}
              onOpen={(key) => open(key === "verified" ? "verified" : "history")}
              tabs={[
                { key: "history", title: "My questions", content: history },
                { key: "verified", title: "Verified", content: verified },
              ]}
            />
          </aside>
        )}
      </div>
    </Page>
  );
}

/** Which list is open, as the address has it. Beside the answers there is always one. */
function useView(roomy: boolean): { view: View; open: (view: View) => void } {
  const { search, change } = useFilters();
  const usual = roomy ? "history" : "answers";
  const named = VIEWS.find((one) => one.key === value(search, "view"))?.key ?? usual;
  return {
    view: roomy && named === "answers" ? "history" : named,
    open: (view) => change({ view: view === usual ? undefined : view }, true),
  };
}

/** Asks what the address asks, unless this session has already asked it. */
function useAddressed(question: string | undefined, asking: Asking): void {
  const client = useQueryClient();
  useEffect(() => {
    if (question === undefined || question.trim() === "") return;
    if (threadOf(conversationOf(client), question) === undefined) asking.ask({ question });
  }, [question, asking, client]);
}

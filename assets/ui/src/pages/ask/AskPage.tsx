// Questions in plain words. The address holds the newest question (`?q=`), so that a link asks it.
import { useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useEffect } from "react";
import type { AskRequest } from "../../api/types";
import { Button } from "../../components/Button";
import { Page } from "../../components/Page";
import { Tabs } from "../../components/Tabs";
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

  const answers =
    conversation.threads.length === 0 ? (
      <Examples onAsk={(example) => submit({ question: example })} />
    ) : (
      <ConversationView conversation={conversation} asking={asking} question={question} />
    );
  const lists = [
    { key: "history", title: "My questions", content: <HistoryList onAsk={submit} /> },
    { key: "verified", title: "Verified", content: <VerifiedList onAsk={(verified) => submit({ question: verified })} /> },
  ];
  const view = value(search, "view");
  const open = (key: string) => change({ view: key === "answers" || (roomy && key === "history") ? undefined : key }, true);
  return (
    <Page
      title="Ask"
      marks={<ModelChip />}
      actions={
        conversation.threads.length > 0 && (
          <Button small onClick={clear}>
            <Eraser aria-hidden /> Clear
          </Button>
        )
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 min-[1200px]:grid-cols-[minmax(0,1fr)_300px] xl:gap-6">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          <QuestionBox earlier={questionsOf(conversation)} onAsk={(asked) => submit({ question: asked })} />
          {roomy ? (
            answers
          ) : (
            <Tabs
              label="Questions and answers"
              open={view}
              onOpen={open}
              tabs={[{ key: "answers", title: "Answers", content: answers }, ...lists]}
            />
          )}
        </div>
        {roomy && (
          <aside
            aria-label="Earlier and verified questions"
            className="sticky top-[calc(var(--above,0px)+3.5rem)] max-h-[calc(100dvh-var(--above,0px)-5rem)] overflow-y-auto rounded-xl border border-line bg-panel px-2 pt-1 pb-2 shadow-panel"
          >
            <Tabs label="Earlier and verified questions" open={view} onOpen={open} tabs={lists} />
          </aside>
        )}
      </div>
    </Page>
  );
}

/** Asks what the address asks, unless this session has already asked it. */
function useAddressed(question: string | undefined, asking: Asking): void {
  const client = useQueryClient();
  useEffect(() => {
    if (question === undefined || question.trim() === "") return;
    if (threadOf(conversationOf(client), question) === undefined) asking.ask({ question });
  }, [question, asking, client]);
}

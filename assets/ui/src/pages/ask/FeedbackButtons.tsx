// Was it right? The asker's word is kept beside the question.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { ai } from "../../api/endpoints";
import { questionsQuery } from "../../api/queries";
import type { Answer, Feedback } from "../../api/types";
import { IconButton } from "../../components/Button";
import { toastError } from "../../state/toasts";

const CHOICES = [
  { feedback: "right", label: "The answer is right", icon: ThumbsUp, on: "text-good! bg-good-soft" },
  { feedback: "wrong", label: "The answer is wrong", icon: ThumbsDown, on: "text-bad! bg-bad-soft" },
] as const;

interface FeedbackButtonsProps {
  answer: Answer;
  given: Feedback | undefined;
  onGiven: (feedback: Feedback) => void;
}

export function FeedbackButtons({ answer, given, onGiven }: FeedbackButtonsProps) {
  const client = useQueryClient();
  const judge = useMutation({
    mutationFn: (feedback: Feedback) => ai.judge(answer.id, feedback),
    onSuccess: (_, feedback) => {
      onGiven(feedback);
      void client.invalidateQueries({ queryKey: questionsQuery.queryKey });
    },
    onError: (error) => toastError("Your word was not kept", error),
  });
  const shown = judge.isPending ? judge.variables : given;
  return (
    <div role="group" aria-label="Feedback" className="flex items-center gap-0.5">
      <span role="status" className="mr-1 text-[13px] text-ink-faint">
        {shown === "right" && "Thank you."}
        {shown === "wrong" && "Thank you. Edit its SQL, or use other words."}
      </span>
      {CHOICES.map(({ feedback, label, icon: Icon, on }) => (
        <IconButton
          key={feedback}
          label={label}
          aria-pressed={shown === feedback}
          className={clsx("size-8! [&_svg]:size-4!", shown === feedback && on)}
          onClick={() => judge.mutate(feedback)}
        >
          <Icon />
        </IconButton>
      ))}
    </div>
  );
}

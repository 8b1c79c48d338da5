// How an account's newest sync ended, in a word.
import type { Account } from "../../api/types";
import { Badge } from "../../components/Badge";
import { accountHealth } from "./health";

export function HealthBadge({ account }: { account: Account }) {
  const { tone, words } = accountHealth(account);
  return (
    <Badge tone={tone} dot>
      {words}
    </Badge>
  );
}

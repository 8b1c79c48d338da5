// Stands where a page would be that this person's role may not use.
import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { buttonClass } from "../../components/Button";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Empty } from "../../components/States";

interface NotAllowedProps {
  /** The page's own name. */
  title: string;
  /** Who may, in a sentence. */
  children: React.ReactNode;
  to: "/" | "/accounts";
  back: string;
}

export function NotAllowed({ title, children, to, back }: NotAllowedProps) {
  return (
    <Page title={title}>
      <Panel flush>
        <Empty
          icon={Lock}
          title="Your role does not allow this"
          action={
            <Link to={to} className={buttonClass("primary")}>
              {back}
            </Link>
          }
        >
          {children}
        </Empty>
      </Panel>
    </Page>
  );
}

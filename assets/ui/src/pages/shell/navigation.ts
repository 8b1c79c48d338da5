// The places of the shell's menu.
import {
  Activity,
  BarChart3,
  Boxes,
  Building2,
  ClipboardList,
  FileText,
  FolderTree,
  LayoutDashboard,
  MessageCircleQuestion,
  Monitor,
  PiggyBank,
  ReceiptText,
  RefreshCw,
  Settings,
  Users,
  type LucideIcon,
} from "lucide-react";
import type { Ability } from "../../state/access";

export interface Place {
  to: string;
  title: string;
  icon: LucideIcon;
  /** Only for people who may. */
  ability?: Ability;
}

export interface PlaceGroup {
  title?: string;
  places: Place[];
}

export const GROUPS: PlaceGroup[] = [
  {
    places: [
      { to: "/", title: "Dashboard", icon: LayoutDashboard },
      { to: "/ask", title: "Ask", icon: MessageCircleQuestion },
    ],
  },
  {
    title: "Inventory",
    places: [
      { to: "/workspaces", title: "WorkSpaces", icon: Monitor },
      { to: "/directories", title: "Directories", icon: FolderTree },
      { to: "/bundles", title: "Bundles", icon: Boxes },
    ],
  },
  {
    title: "Use and cost",
    places: [
      { to: "/optimizer", title: "Optimizer", icon: PiggyBank },
      { to: "/costs", title: "Costs", icon: ReceiptText },
      { to: "/usage", title: "Usage", icon: BarChart3 },
      { to: "/plans", title: "Plans", icon: ClipboardList },
    ],
  },
  {
    title: "Record",
    places: [
      { to: "/activity", title: "Activity", icon: Activity },
      { to: "/reports", title: "Reports", icon: FileText },
    ],
  },
  {
    title: "Administration",
    places: [
      { to: "/accounts", title: "Accounts", icon: Building2 },
      { to: "/sync", title: "Sync", icon: RefreshCw },
      { to: "/users", title: "Users", icon: Users, ability: "manage_members" },
      { to: "/settings", title: "Settings", icon: Settings },
    ],
  },
];

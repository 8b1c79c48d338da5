// The places of the shell's menu.
import { Boxes, Building2, FolderTree, LayoutDashboard, MessageCircleQuestion, Monitor, RefreshCw, Settings, Users } from "lucide-react";

export const PLACES = [
  { to: "/", title: "Dashboard", icon: LayoutDashboard },
  { to: "/ask", title: "Ask", icon: MessageCircleQuestion },
  { to: "/workspaces", title: "WorkSpaces", icon: Monitor },
  { to: "/directories", title: "Directories", icon: FolderTree },
  { to: "/bundles", title: "Bundles", icon: Boxes },
  { to: "/accounts", title: "Accounts", icon: Building2 },
  { to: "/sync", title: "Sync", icon: RefreshCw },
  { to: "/users", title: "Users", icon: Users, ability: "manage_members" },
  { to: "/settings", title: "Settings", icon: Settings },
] as const;

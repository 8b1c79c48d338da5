// Names for the shapes the API answers with. They come from docs/openapi.json through
// `npm run generate`; this file only shortens them.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type AccountChange = Schemas["AccountChange"];
export type AccountTest = Schemas["AccountTest"];
export type Alert = Schemas["Alert"];
export type Answer = Schemas["Answer"];
export type AnswerTable = Schemas["AnswerTable"];
export type AskedQuestion = Schemas["AskedQuestion"];
export type AskEvent = Schemas["AskEvent"];
export type AskRequest = Schemas["AskRequest"];
export type AwsFailure = Schemas["AwsFailure"];
export type Bundle = Schemas["Bundle"];
export type ChartHint = Schemas["ChartHint"];
export type Count = Schemas["Count"];
export type Dashboard = Schemas["Dashboard"];
export type DayCount = Schemas["DayCount"];
export type Directory = Schemas["Directory"];
export type DiscoveredAccount = Schemas["DiscoveredAccount"];
export type DiscoverRequest = Schemas["DiscoverRequest"];
export type DiscoverResult = Schemas["DiscoverResult"];
export type EventBody = Schemas["EventBody"];
export type ExampleQuestion = Schemas["ExampleQuestion"];
export type Facets = Schemas["Facets"];
export type FailingScope = Schemas["FailingScope"];
export type Feedback = Schemas["Feedback"];
export type FieldChange = Schemas["FieldChange"];
export type FieldError = Schemas["FieldError"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type Me = Schemas["Me"];
export type MembershipChange = Schemas["MembershipChange"];
export type MissedRun = Schemas["MissedRun"];
export type ModelStatus = Schemas["ModelStatus"];
export type NewAccount = Schemas["NewAccount"];
export type NewUser = Schemas["NewUser"];
export type NewVerifiedQuery = Schemas["NewVerifiedQuery"];
export type Organization = Schemas["Organization"];
export type Outcome = Schemas["Outcome"];
export type PermissionTest = Schemas["PermissionTest"];
export type PolicyDocuments = Schemas["PolicyDocuments"];
export type Problem = Schemas["Problem"];
export type QueryResult = Schemas["QueryResult"];
export type Reading = Schemas["Reading"];
export type RecentChange = Schemas["RecentChange"];
export type ResourceVersion = Schemas["ResourceVersion"];
export type Role = Schemas["Role"];
export type Schedule = Schemas["Schedule"];
export type ScopeCounts = Schemas["ScopeCounts"];
export type ScopeRun = Schemas["ScopeRun"];
export type ScopeStatus = Schemas["ScopeStatus"];
export type SessionView = Schemas["SessionView"];
export type Settings = Schemas["Settings"];
export type StateChange = Schemas["StateChange"];
export type SyncRequest = Schemas["SyncRequest"];
export type SyncRun = Schemas["SyncRun"];
export type SyncRunDetail = Schemas["RunDetail"];
export type SyncSchedule = Schemas["SyncSchedule"];
export type Tier = Schemas["Tier"];
export type TokenUsage = Schemas["TokenUsage"];
export type User = Schemas["User"];
export type UserChange = Schemas["UserChange"];
export type VerifiedQuery = Schemas["VerifiedQuery"];
export type Workspace = Schemas["Workspace"];
export type WorkspaceDetail = Schemas["WorkspaceDetail"];

/** One page of a list, as every list endpoint answers. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total: number;
  as_of?: string | null;
}

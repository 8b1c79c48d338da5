//! What a question may be about: the things, one per public view, and their fields. A field of a
//! view is the column of that name, so what exists is read from the views' own declarations; only
//! fields that are computed have an expression here.

use serde::{Deserialize, Serialize};
use store::views::VIEWS;

/// A kind of thing, and so a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    Desktop,
    /// Also those that are missing or deleted.
    DesktopEver,
    Tag,
    Organization,
    Account,
    Directory,
    Bundle,
    Version,
    StateChange,
    Sync,
    Alert,
    Job,
}

impl Entity {
    pub const ALL: [Self; 12] = [
        Self::Desktop,
        Self::DesktopEver,
        Self::Tag,
        Self::Organization,
        Self::Account,
        Self::Directory,
        Self::Bundle,
        Self::Version,
        Self::StateChange,
        Self::Sync,
        Self::Alert,
        Self::Job,
    ];

    /// The view it is read from.
    #[must_use]
    pub fn view(self) -> &'static str {
        match self {
            Self::Desktop => "workspaces",
            Self::DesktopEver => "workspaces_all",
            Self::Tag => "workspace_tags",
            Self::Organization => "organizations",
            Self::Account => "accounts",
            Self::Directory => "directories",
            Self::Bundle => "bundles",
            Self::Version => "resource_versions",
            Self::StateChange => "state_changes",
            Self::Sync => "sync_history",
            Self::Alert => "alerts",
            Self::Job => "jobs",
        }
    }

    /// One and many, in words.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Desktop => ("desktop", "desktops"),
            Self::DesktopEver => ("desktop ever listed", "desktops ever listed"),
            Self::Tag => ("tag", "tags"),
            Self::Organization => ("client", "clients"),
            Self::Account => ("account", "accounts"),
            Self::Directory => ("directory", "directories"),
            Self::Bundle => ("bundle", "bundles"),
            Self::Version => ("recorded change", "recorded changes"),
            Self::StateChange => ("state change", "state changes"),
            Self::Sync => ("sync", "syncs"),
            Self::Alert => ("alert", "alerts"),
            Self::Job => ("job", "jobs"),
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::from(name)).ok()
    }

    pub(crate) fn is_desktop(self) -> bool {
        matches!(self, Self::Desktop | Self::DesktopEver)
    }

    /// What tells one row from another, and orders rows that tie.
    pub(crate) fn key(self) -> Field {
        match self {
            Self::Desktop | Self::DesktopEver | Self::Tag | Self::StateChange => Field::WorkspaceId,
            Self::Organization => Field::OrganizationName,
            Self::Account => Field::AccountId,
            Self::Directory => Field::DirectoryId,
            Self::Bundle => Field::BundleId,
            Self::Version => Field::ResourceId,
            Self::Sync => Field::RunId,
            Self::Alert => Field::AlertId,
            Self::Job => Field::JobId,
        }
    }

    /// When it came to be or happened.
    pub(crate) fn moment(self) -> Field {
        match self {
            Self::Desktop | Self::DesktopEver | Self::Organization | Self::Account | Self::Job => {
                Field::CreatedAt
            }
            Self::Tag => Field::CreatedAt,
            Self::Directory | Self::Bundle => Field::FirstSeenAt,
            Self::Version => Field::ValidFrom,
            Self::StateChange => Field::ChangedAt,
            Self::Sync => Field::StartedAt,
            Self::Alert => Field::RaisedAt,
        }
    }

    /// The columns a list shows before those that were asked for.
    pub(crate) fn columns(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Desktop => &[
                F::WorkspaceId,
                F::UserName,
                F::OrganizationName,
                F::AccountName,
                F::Region,
                F::State,
            ],
            Self::DesktopEver => &[
                F::WorkspaceId,
                F::UserName,
                F::OrganizationName,
                F::AccountName,
                F::Region,
                F::DeletedAt,
            ],
            Self::Tag => &[F::WorkspaceId, F::TagKey, F::TagValue],
            Self::Organization => &[F::OrganizationName, F::CreatedAt],
            Self::Account => &[F::AccountId, F::AccountName, F::OrganizationName],
            Self::Directory => &[
                F::DirectoryId,
                F::DirectoryAlias,
                F::AccountName,
                F::OrganizationName,
                F::Region,
                F::State,
            ],
            Self::Bundle => &[
                F::BundleId,
                F::BundleName,
                F::ComputeType,
                F::AccountName,
                F::Region,
            ],
            Self::Version => &[
                F::ResourceType,
                F::ResourceId,
                F::Version,
                F::Change,
                F::ValidFrom,
                F::AccountName,
            ],
            Self::StateChange => &[
                F::WorkspaceId,
                F::FromState,
                F::ToState,
                F::ChangedAt,
                F::AccountName,
                F::Region,
            ],
            Self::Sync => &[
                F::RunId,
                F::AccountName,
                F::Region,
                F::ResourceType,
                F::Status,
                F::StartedAt,
            ],
            Self::Alert => &[
                F::AlertId,
                F::Kind,
                F::Message,
                F::AccountId,
                F::Region,
                F::RaisedAt,
                F::ClosedAt,
            ],
            Self::Job => &[
                F::JobId,
                F::Kind,
                F::State,
                F::Cause,
                F::RequestedBy,
                F::CreatedAt,
            ],
        }
    }
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    Time,
    /// With the unit it is counted in.
    Number(&'static str),
}

macro_rules! fields {
    ($($variant:ident $name:literal $label:literal $kind:expr;)*) => {
        /// A column of a view, or something computed from its columns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Field { $(#[serde(rename = $name)] $variant,)* }

        impl Field {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The column's name, also of a computed one.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// In plain words.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            pub(crate) fn kind(self) -> Kind {
                use Kind::*;
                match self { $(Self::$variant => $kind,)* }
            }
        }
    };
}

impl Field {
    /// Whether its values are names that people give, rather than words of AWS's.
    pub(crate) fn holds_names(self) -> bool {
        matches!(
            self,
            Self::OrganizationName
                | Self::AccountName
                | Self::DirectoryName
                | Self::DirectoryAlias
                | Self::BundleName
                | Self::UserName
                | Self::DisplayName
                | Self::ComputerName
                | Self::WorkspaceName
                | Self::TagKey
                | Self::TagValue
                | Self::RequestedBy
        )
    }
}

fields! {
    WorkspaceId "workspace_id" "desktop" Text;
    State "state" "state" Text;
    UserName "user_name" "user" Text;
    DisplayName "display_name" "full name" Text;
    ComputerName "computer_name" "computer name" Text;
    WorkspaceName "workspace_name" "desktop name" Text;
    OrganizationName "organization_name" "client" Text;
    AccountId "account_id" "account id" Text;
    AccountName "account_name" "account" Text;
    Region "region" "region" Text;
    RunningMode "running_mode" "running mode" Text;
    AutoStop "auto_stop_timeout_minutes" "auto-stop timeout" Number("minutes");
    ComputeType "compute_type" "compute type" Text;
    OperatingSystem "operating_system" "operating system" Text;
    RootVolume "root_volume_gib" "root volume" Number("GiB");
    UserVolume "user_volume_gib" "user volume" Number("GiB");
    Storage "storage_gib" "storage" Number("GiB");
    RootEncrypted "root_volume_encrypted" "root volume encrypted" Flag;
    UserEncrypted "user_volume_encrypted" "user volume encrypted" Flag;
    BundleId "bundle_id" "bundle id" Text;
    BundleName "bundle_name" "bundle" Text;
    DirectoryId "directory_id" "directory id" Text;
    DirectoryName "directory_name" "directory" Text;
    DirectoryAlias "alias" "alias" Text;
    DirectoryType "directory_type" "directory type" Text;
    IpAddress "ip_address" "IP address" Text;
    SubnetId "subnet_id" "subnet" Text;
    ErrorCode "error_code" "error code" Text;
    ErrorMessage "error_message" "error message" Text;
    ConnectionState "connection_state" "connection state" Text;
    CheckedAt "connection_checked_at" "connection check" Time;
    LastConnectedAt "last_connected_at" "last connection" Time;
    IdleDays "days_since_last_connection" "days since the last connection" Number("days");
    CreatedAt "created_at" "creation time" Time;
    AgeDays "age_days" "age" Number("days");
    CreatedSource "created_at_source" "source of the creation time" Text;
    FirstSeenAt "first_seen_at" "first sighting" Time;
    Tags "tags" "tags" Text;
    TagCount "number_of_tags" "number of tags" Number("tags");
    MissingSince "missing_since" "missing since" Time;
    DeletedAt "deleted_at" "deletion time" Time;
    TerminatedAt "terminated_at" "termination time" Time;
    TagKey "tag_key" "tag key" Text;
    TagValue "tag_value" "tag value" Text;
    OrganizationId "organization_id" "client id" Text;
    RoleArn "role_arn" "role" Text;
    Regions "regions" "regions to look at" Text;
    Enabled "enabled" "enabled" Flag;
    LastCompleteSync "last_complete_sync_at" "last complete sync" Time;
    Owner "owner" "owner" Text;
    ResourceType "resource_type" "resource type" Text;
    ResourceId "resource_id" "resource" Text;
    Version "version" "version" Number("versions");
    ValidFrom "valid_from" "time of the change" Time;
    ValidTo "valid_to" "end of the version" Time;
    Change "change" "kind of change" Text;
    ChangedAt "changed_at" "time of the change" Time;
    FromState "from_state" "state before" Text;
    ToState "to_state" "state after" Text;
    RunId "run_id" "run" Text;
    Status "status" "status" Text;
    Calls "calls_made" "API calls" Number("calls");
    RowsSeen "rows_seen" "rows seen" Number("rows");
    RowsNew "rows_new" "new rows" Number("rows");
    RowsChanged "rows_changed" "changed rows" Number("rows");
    RowsMissing "rows_missing" "missing rows" Number("rows");
    RowsDeleted "rows_deleted" "deleted rows" Number("rows");
    VersionsWritten "versions_written" "versions written" Number("versions");
    StartedAt "started_at" "start" Time;
    CompletedAt "completed_at" "end" Time;
    DurationMs "duration_ms" "duration" Number("ms");
    DurationMinutes "duration_minutes" "duration" Number("minutes");
    RequestId "request_id" "request id" Text;
    Note "note" "note" Text;
    AlertId "alert_id" "alert" Text;
    Kind "kind" "kind" Text;
    Message "message" "message" Text;
    RaisedAt "raised_at" "time raised" Time;
    LastSeenAt "last_seen_at" "last sighting" Time;
    ClosedAt "closed_at" "time closed" Time;
    OpenDays "days_open" "time open" Number("days");
    JobId "job_id" "job" Text;
    Cause "cause" "cause" Text;
    RequestedBy "requested_by" "requester" Text;
    FinishedAt "finished_at" "end" Time;
    DurationSeconds "duration_seconds" "duration" Number("seconds");
    WaitedSeconds "waited_seconds" "waiting time" Number("seconds");
    Attempts "attempts" "attempts" Number("attempts");
    Error "error" "error" Text;
    ProgressDone "progress_done" "steps done" Number("steps");
    ProgressTotal "progress_total" "steps in all" Number("steps");
}

impl Field {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// The expression that is this field of `entity`, where it has one. `now` is quoted text.
    pub(crate) fn sql(self, entity: Entity, now: &str) -> Option<String> {
        if self.is_column(entity) {
            return Some(self.name().to_owned());
        }
        let view = entity.view();
        let since =
            |column: &str| format!("CAST(julianday('{now}') - julianday({column}) AS INTEGER)");
        let seconds = |from: &str, to: &str| {
            format!("CAST(round((julianday({to}) - julianday({from})) * 86400) AS INTEGER)")
        };
        match (self, entity) {
            (Self::Storage, Entity::Desktop | Entity::DesktopEver) => {
                Some("(coalesce(root_volume_gib, 0) + coalesce(user_volume_gib, 0))".to_owned())
            }
            (Self::IdleDays, Entity::Desktop | Entity::DesktopEver) => {
                Some(since("last_connected_at"))
            }
            (
                Self::AgeDays,
                Entity::Desktop | Entity::DesktopEver | Entity::Account | Entity::Organization,
            ) => Some(since("created_at")),
            (Self::TagCount, Entity::Desktop | Entity::DesktopEver) => Some(format!(
                "(SELECT count(*) FROM workspace_tags t WHERE t.workspace_id = {view}.workspace_id \
                 AND t.account_id = {view}.account_id)"
            )),
            (Self::OpenDays, Entity::Alert) => Some(format!(
                "CAST(julianday(coalesce(closed_at, '{now}')) - julianday(raised_at) AS INTEGER)"
            )),
            (Self::DurationSeconds, Entity::Sync) => Some("(duration_ms / 1000.0)".to_owned()),
            (Self::DurationMinutes, Entity::Sync) => Some("(duration_ms / 60000.0)".to_owned()),
            (Self::DurationMinutes, Entity::Job) => {
                Some(format!("({} / 60.0)", seconds("started_at", "finished_at")))
            }
            (Self::DurationSeconds, Entity::Job) => Some(seconds("started_at", "finished_at")),
            (Self::WaitedSeconds, Entity::Job) => Some(seconds("created_at", "started_at")),
            (Self::OrganizationName | Self::AccountName, _) if has_account(entity) => {
                Some(format!(
                    "(SELECT a.{} FROM accounts a WHERE a.account_id = {view}.account_id)",
                    self.name()
                ))
            }
            (_, Entity::Tag | Entity::StateChange)
                if self.sql(Entity::DesktopEver, now).is_some() =>
            {
                self.is_column(Entity::DesktopEver).then(|| {
                    format!(
                        "(SELECT d.{} FROM workspaces_all d WHERE d.workspace_id = \
                         {view}.workspace_id AND d.account_id = {view}.account_id)",
                        self.name()
                    )
                })
            }
            (_, Entity::Version) => self.is_column(Entity::DesktopEver).then(|| {
                format!(
                    "(SELECT d.{} FROM workspaces_all d WHERE d.workspace_id = {view}.resource_id \
                     AND d.account_id = {view}.account_id)",
                    self.name()
                )
            }),
            _ => None,
        }
    }

    /// Whether the entity's view has a column of this name.
    pub(crate) fn is_column(self, entity: Entity) -> bool {
        VIEWS
            .iter()
            .find(|view| view.name == entity.view())
            .is_some_and(|view| view.columns().any(|column| column.name == self.name()))
    }

    pub(crate) fn is_time(self) -> bool {
        self.kind() == Kind::Time
    }

    pub(crate) fn unit(self) -> Option<&'static str> {
        match self.kind() {
            Kind::Number(unit) => Some(unit),
            _ => None,
        }
    }
}

fn has_account(entity: Entity) -> bool {
    Field::AccountId.is_column(entity)
}

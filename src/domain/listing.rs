//! How lists are asked for and answered: filters, sorting, opaque cursors, pages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AccountId, OrganizationId, Region, UtcTime};

/// The most rows one page may hold.
pub const MAX_LIMIT: u32 = 500;
pub const DEFAULT_LIMIT: u32 = 50;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Send as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
    /// Rows that match the filters, over all pages.
    pub total: u64,
    /// The age of the data: the oldest "completed at" among the scopes that feed this list, or
    /// absent when nothing has been synced. For lists that are not synced, now.
    pub as_of: Option<UtcTime>,
}

/// Which rows of a list, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    pub limit: u32,
    /// Opaque to everyone but the store.
    pub cursor: Option<String>,
    pub sort: Option<Sort>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: None,
        }
    }
}

/// `column` ascending, or `-column` descending, as the `sort` parameter writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: String,
    pub descending: bool,
}

impl Sort {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix('-') {
            Some(column) => Self {
                column: column.to_owned(),
                descending: true,
            },
            None => Self {
                column: text.to_owned(),
                descending: false,
            },
        }
    }
}

/// Filters of the desktop list. Values within one field are alternatives; fields narrow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WorkspaceFilter {
    pub state: Vec<String>,
    pub running_mode: Vec<String>,
    pub compute_type: Vec<String>,
    pub account_id: Vec<AccountId>,
    pub organization_id: Vec<OrganizationId>,
    pub region: Vec<Region>,
    pub directory_id: Vec<String>,
    pub bundle_id: Vec<String>,
    pub user_name: Vec<String>,
    pub operating_system: Vec<String>,
    pub connection_state: Vec<String>,
    /// `(key, value)`; an empty value means any value.
    pub tags: Vec<(String, String)>,
    pub last_connected_before: Option<UtcTime>,
    /// Only desktops nobody ever connected to.
    pub never_connected: Option<bool>,
    /// Text found, ignoring case, in any attribute or tag.
    pub q: Option<String>,
    /// Also rows that are missing or deleted.
    pub include_gone: bool,
    /// What else must hold, all of it.
    pub conditions: Vec<WorkspaceCondition>,
}

/// Columns of the desktop list whose values can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListColumn {
    State,
    RunningMode,
    ComputeType,
    Account,
    Region,
    Directory,
    Bundle,
    User,
    OperatingSystem,
    Connection,
}

/// Columns of the desktop list that are searched for a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextColumn {
    Workspace,
    User,
    Computer,
    Address,
}

/// Times of the desktop list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeColumn {
    LastConnected,
    Created,
}

/// A filter with an operator other than "is one of".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WorkspaceCondition {
    /// None of these; a desktop without a value passes.
    NoneOf(ListColumn, Vec<String>),
    /// Ignoring case.
    Contains(TextColumn, String),
    Before(TimeColumn, UtcTime),
    After(TimeColumn, UtcTime),
    /// More days ago than this, counted back from the moment of asking.
    OlderThanDays(TimeColumn, u32),
    NewerThanDays(TimeColumn, u32),
    /// Lacks the tag, or has another value; an empty value means any.
    WithoutTag(String, String),
}

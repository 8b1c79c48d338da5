//! Lists that people gave a name: a page and the filters, order and columns in its address.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{OrganizationId, UserId, UtcTime, ViewId};

/// The most characters of a view's name.
pub const MOST_NAME: usize = 80;

/// The most characters of a view's address.
pub const MOST_SEARCH: usize = 4_000;

/// Who sees a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Its owner.
    Private,
    /// Everyone in its organization.
    Organization,
}

/// A saved view, as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedView {
    #[serde(rename = "view_id")]
    pub id: ViewId,
    /// The page's name: `workspaces`, `activity`, …
    pub page: String,
    pub name: String,
    /// The address's query string, without `?`.
    pub search: String,
    pub visibility: Visibility,
    /// Whose everyone sees it; absent for private views.
    pub organization_id: Option<OrganizationId>,
    pub owner_id: UserId,
    pub owner_name: String,
    /// The asking person's page opens with it.
    pub is_default: bool,
    pub may_change: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    pub page: String,
    pub name: String,
    pub search: String,
    pub visibility: Visibility,
    /// Needed for views of an organization.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
}

/// Absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub search: Option<String>,
    #[serde(default)]
    pub visibility: Option<Visibility>,
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
}

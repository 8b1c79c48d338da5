//! Desktops.

use domain::dashboard::Count;
use serde::Serialize;
use utoipa::ToSchema;

/// How many desktops share each value, for the filters of the list. Each facet leaves its own
/// filter out, so that the alternatives to what is chosen stay visible.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facets {
    pub state: Vec<Count>,
    pub running_mode: Vec<Count>,
    pub compute_type: Vec<Count>,
    pub account_id: Vec<Count>,
    pub region: Vec<Count>,
    pub directory_id: Vec<Count>,
    pub bundle_id: Vec<Count>,
    pub operating_system: Vec<Count>,
    pub tag_keys: Vec<Count>,
}

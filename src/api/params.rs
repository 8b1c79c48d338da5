//! Query parameters as the OpenAPI document describes them. `query` reads them; a test holds the
//! two together.

// These types are read by the derive macro only.
#![allow(dead_code)]

use utoipa::IntoParams;

macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } $(with $($more:ident),+)?) => {
        $(#[$doc])*
        pub struct $name;

        const _: () = {
            #[derive(IntoParams)]
            #[into_params(parameter_in = Query)]
            struct Own { $($(#[$field_doc])* $field: Option<$kind>),* }

            impl IntoParams for $name {
                fn into_params(
                    place: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
                ) -> Vec<utoipa::openapi::path::Parameter> {
                    #[allow(unused_mut)]
                    let mut all = Own::into_params(&place);
                    $($(all.extend($more::into_params(&place));)+)?
                    all
                }
            }
        };
    };
}

parameters!(OrganizationParams {
    /// Only this organization.
    organization_id: String,
});

parameters!(PageParams {
    /// A column, descending with `-` in front.
    sort: String,
    /// 1 to 500; 50 unless given.
    limit: u32,
    /// From `next_cursor` of the page before.
    cursor: String,
});

parameters!(SearchParams {
    /// Text to find, ignoring case.
    q: String,
});

parameters!(OrganizationPageParams {} with OrganizationParams, PageParams);
parameters!(UserParams {} with OrganizationParams, SearchParams, PageParams);

parameters!(AccountParams {
    /// Only accounts that are switched on, or off.
    enabled: bool,
} with OrganizationParams, SearchParams, PageParams);

parameters!(StockParams {
    account_id: Vec<String>,
    region: Vec<String>,
} with OrganizationParams, SearchParams, PageParams);

parameters!(UsageDaysParams {
    /// The first day that is listed; 62 days ago unless given.
    from: String,
    /// The last day; today unless given.
    to: String,
});

parameters!(UsageParams {
    /// `2026-10`; the current one unless given.
    month: String,
    account_id: Vec<String>,
} with OrganizationParams, SearchParams, PageParams);

parameters!(HeatParams {
    workspace_id: String,
    /// 1 to 13, the current one included; 3 unless given.
    months: i32,
} with OrganizationParams);

parameters!(RecommendationParams {
    organization_id: Vec<String>,
    account_id: Vec<String>,
    workspace_id: Vec<String>,
    /// `running_mode`, `timeout`, `too_large`, `too_small`, `idle`, `never_used`, `orphaned`.
    kind: Vec<String>,
    /// `high`, `medium`, `low`.
    confidence: Vec<String>,
} with PageParams);

parameters!(PlanParams {
    /// `draft`, `approved`, `applying`, `stopped`, `applied`, `partly_applied`, `failed`, `cancelled`, `expired`.
    state: Vec<String>,
} with OrganizationPageParams);

parameters!(BacktestParams {
    /// 1 to 13; 12 unless given.
    months: i32,
} with OrganizationParams);

parameters!(EstimateParams {
    /// `organization`, `account`, `running_mode`, `compute_type`.
    group_by: String,
} with BacktestParams);

parameters!(ParityParams {
    /// `2026-10`; the current one unless given.
    month: String,
    /// As on a month's last day, when the tool may switch to AUTO_STOP.
    month_end: bool,
} with OrganizationParams);

parameters!(CostMonthlyParams {
    /// The last 12 unless given, the current one included.
    months: u32,
    /// `organization`, `account`, `service` or `usage_type`.
    group_by: String,
    account_id: Vec<String>,
    service: Vec<String>,
    usage_type: Vec<String>,
} with OrganizationParams);

parameters!(ReconciliationParams {
    /// The last 12 unless given, the current one included.
    months: u32,
    account_id: Vec<String>,
} with OrganizationParams);

parameters!(CostLineParams {
    account_id: Vec<String>,
    /// Lists these desktops' lines.
    workspace_id: Vec<String>,
    service: Vec<String>,
    usage_type: Vec<String>,
    /// `cost_explorer`, `cost_explorer_resources`, `export`.
    source: Vec<String>,
    /// Lines that begin on or after this day.
    from: String,
    /// Lines that begin before this day.
    to: String,
    /// Desktops' lines in place of wholes.
    by_desktop: bool,
} with OrganizationPageParams);

parameters!(EventParams {
    account_id: Vec<String>,
    region: Vec<String>,
    workspace_id: Vec<String>,
    /// `TerminateWorkspaces`, `ModifyWorkspaceProperties`, …
    event_name: Vec<String>,
    user_name: Vec<String>,
    /// At or after this time or day.
    from: String,
    /// Before this time or day.
    to: String,
} with OrganizationParams, SearchParams, PageParams);

parameters!(JobParams {
    /// `sync`, `account_test`, `account_discover`.
    kind: Vec<String>,
    /// `queued`, `running`, `succeeded`, `partial`, `failed`, `cancelled`.
    state: Vec<String>,
} with OrganizationPageParams);

parameters!(PolicyParams {
    /// For the role through which desktops are changed.
    write: bool,
    /// `stocktake-read` or `stocktake-write` unless given.
    role_name: String,
    external_id: String,
    /// The account whose credentials assume the role.
    trusted_account_id: String,
});

parameters!(WorkspaceFilterParams {
    state: Vec<String>,
    running_mode: Vec<String>,
    compute_type: Vec<String>,
    account_id: Vec<String>,
    organization_id: Vec<String>,
    region: Vec<String>,
    directory_id: Vec<String>,
    bundle_id: Vec<String>,
    user_name: Vec<String>,
    operating_system: Vec<String>,
    connection_state: Vec<String>,
    /// A tag's value; write the tag's key instead of KEY.
    #[param(rename = "tag.KEY")]
    tag: String,
    /// A time or a day.
    last_connected_before: String,
    never_connected: bool,
    /// Also desktops that are missing or deleted.
    include_gone: bool,
    /// Text to find in any attribute or tag, ignoring case.
    q: String,
    /// Lacks the tag or has another value; an empty one means any.
    #[param(rename = "not_tag.KEY")]
    not_tag: String,
    #[param(rename = "state.not")]
    state_not: Vec<String>,
    #[param(rename = "running_mode.not")]
    running_mode_not: Vec<String>,
    #[param(rename = "compute_type.not")]
    compute_type_not: Vec<String>,
    #[param(rename = "account_id.not")]
    account_id_not: Vec<String>,
    #[param(rename = "region.not")]
    region_not: Vec<String>,
    #[param(rename = "directory_id.not")]
    directory_id_not: Vec<String>,
    #[param(rename = "bundle_id.not")]
    bundle_id_not: Vec<String>,
    #[param(rename = "user_name.not")]
    user_name_not: Vec<String>,
    #[param(rename = "operating_system.not")]
    operating_system_not: Vec<String>,
    #[param(rename = "connection_state.not")]
    connection_state_not: Vec<String>,
    #[param(rename = "workspace_id.contains")]
    workspace_id_contains: String,
    #[param(rename = "user_name.contains")]
    user_name_contains: String,
    #[param(rename = "computer_name.contains")]
    computer_name_contains: String,
    #[param(rename = "ip_address.contains")]
    ip_address_contains: String,
    #[param(rename = "last_connected_at.before")]
    last_connected_at_before: String,
    #[param(rename = "last_connected_at.after")]
    last_connected_at_after: String,
    #[param(rename = "last_connected_at.older_than_days")]
    last_connected_at_older_than_days: u32,
    #[param(rename = "last_connected_at.newer_than_days")]
    last_connected_at_newer_than_days: u32,
    #[param(rename = "created_at.before")]
    created_at_before: String,
    #[param(rename = "created_at.after")]
    created_at_after: String,
    #[param(rename = "created_at.older_than_days")]
    created_at_older_than_days: u32,
    #[param(rename = "created_at.newer_than_days")]
    created_at_newer_than_days: u32,
});

parameters!(ViewParams {
    /// The page's name, `workspaces` for one.
    page: String,
});

parameters!(WorkspaceParams {} with WorkspaceFilterParams, PageParams);

parameters!(ExportParams {
    /// `csv` or `json`.
    format: String,
    /// A column, descending with `-` in front.
    sort: String,
} with WorkspaceFilterParams);

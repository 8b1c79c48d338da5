//! What AWS billed: lines by day, what desktops cost of them, and sums by month.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::usage::Month;
use crate::{AccountId, Money, OrganizationId, UtcTime};

/// What AWS calls the service on a bill.
pub const WORKSPACES_SERVICE: &str = "Amazon WorkSpaces";

/// Where a line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// Cost Explorer, by service and usage type.
    CostExplorer,
    /// Cost Explorer by resource, for accounts that opted in.
    CostExplorerResources,
    /// A cost export (CUR, Data Exports) that somebody imported.
    Export,
}

impl CostSource {
    pub const ALL: [Self; 3] = [
        Self::CostExplorer,
        Self::CostExplorerResources,
        Self::Export,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CostExplorer => "cost_explorer",
            Self::CostExplorerResources => "cost_explorer_resources",
            Self::Export => "export",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// One line of a bill. Without a desktop it is the whole of its service and usage type in the account,
/// desktops included; with one it is that desktop's part of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostLine {
    pub workspace_id: Option<String>,
    /// As AWS writes it: `Amazon WorkSpaces`.
    pub service: String,
    /// As AWS writes it: `EUW1-AW-HW-2-AutoStop-Usage`.
    pub usage_type: String,
    /// The first day, `2026-10-31`, UTC.
    pub starts_on: String,
    /// The day after the last.
    pub ends_on: String,
    /// Where AWS, or the usage type's prefix, says so.
    pub region: Option<String>,
    /// Unblended.
    pub amount: Money,
    pub quantity: Option<f64>,
    /// What the quantity counts: `Hrs`, `GB-Mo`, `User-Mo`.
    pub unit: Option<String>,
    /// AWS may still change it.
    pub estimated: bool,
}

/// A line as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BilledLine {
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    #[serde(flatten)]
    pub line: CostLine,
    pub source: CostSource,
    /// When it was read last.
    pub read_at: UtcTime,
}

/// What sums by month are taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostGroup {
    #[default]
    Organization,
    Account,
    Service,
    UsageType,
}

impl CostGroup {
    pub const ALL: [Self; 4] = [
        Self::Organization,
        Self::Account,
        Self::Service,
        Self::UsageType,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Account => "account",
            Self::Service => "service",
            Self::UsageType => "usage_type",
        }
    }
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no way to group costs; they are organization, account, service and usage_type")]
pub struct UnknownCostGroup(String);

impl std::str::FromStr for CostGroup {
    type Err = UnknownCostGroup;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|group| group.as_str() == text)
            .ok_or_else(|| UnknownCostGroup(text.to_owned()))
    }
}

/// What one group cost in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonthlyCost {
    pub month: Month,
    /// The id of an organization or account, or the name of a service or usage type.
    pub key: String,
    /// The key for people.
    pub name: String,
    pub amount: Money,
    /// What of it is Amazon WorkSpaces.
    pub workspaces_amount: Money,
    /// Some of it AWS may still change.
    pub estimated: bool,
}

/// What everything cost in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonthlyTotal {
    pub month: Month,
    pub amount: Money,
    pub workspaces_amount: Money,
    /// What of it is known desktop by desktop.
    pub by_desktop_amount: Money,
    pub estimated: bool,
    /// The days with lines: fewer than the month has when it is not over, or was not read.
    pub days: u32,
}

/// Costs by month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonthlyCosts {
    pub from: Month,
    pub to: Month,
    pub group_by: CostGroup,
    /// Oldest month first, the dearest group of a month first.
    pub rows: Vec<MonthlyCost>,
    /// One for each month with lines, oldest first.
    pub totals: Vec<MonthlyTotal>,
    /// The oldest of the accounts' newest readings; absent when nothing was read.
    pub as_of: Option<UtcTime>,
}

/// One account's month: what its desktops should have cost, and what AWS billed for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reconciled {
    pub month: Month,
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    /// By the price book and the hours; absent where no desktop has a price.
    pub estimate: Option<Money>,
    /// How many were looked at, those without a price included.
    pub desktops: u64,
    pub without_price: u64,
    /// Amazon WorkSpaces, unblended; absent where no bill of the month was read.
    pub invoice: Option<Money>,
    /// Days of the month with lines.
    pub invoice_days: u64,
    /// AWS may still change it.
    pub invoice_estimated: bool,
    /// The invoice less the estimate, where there are both.
    pub residual: Option<Money>,
}

/// Estimates beside bills.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reconciliation {
    pub from: Month,
    pub to: Month,
    /// Oldest month first.
    pub rows: Vec<Reconciled>,
}

/// What asking one service about one account costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountMeter {
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    /// `cost_explorer` or `cloudwatch`.
    pub service: String,
    /// This month: requests of Cost Explorer, metrics of CloudWatch.
    pub requests: u64,
    /// The same, today.
    pub requests_today: u64,
    /// This month.
    pub amount: Money,
}

/// What reading costs and usage from AWS costs by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostMeter {
    pub month: Month,
    /// Requests of Cost Explorer that an account may make a day.
    pub requests_per_day: u64,
    /// The dearest first.
    pub accounts: Vec<AccountMeter>,
    pub total: Money,
}

/// What an import took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CostImport {
    /// Lines of the file, without headings.
    pub lines_read: u64,
    /// What they became: lines by day, desktop, service and usage type.
    pub lines_kept: u64,
    /// Lines of accounts that are not onboarded or not the caller's.
    pub lines_of_others: u64,
    /// How many such accounts.
    pub other_accounts: u64,
    pub accounts: Vec<AccountId>,
    /// The first day that was taken.
    pub starts_on: Option<String>,
    /// The day after the last.
    pub ends_on: Option<String>,
}

/// The region that a usage type's prefix names, for the prefixes that bills use today. `us-east-1` may
/// stand without one, so nothing is said of a type without a known prefix.
#[must_use]
pub fn region_of(usage_type: &str) -> Option<&'static str> {
    let prefix = usage_type.split_once('-')?.0;
    Some(match prefix {
        "USE1" => "us-east-1",
        "USE2" => "us-east-2",
        "USW1" => "us-west-1",
        "USW2" => "us-west-2",
        "EU" | "EUW1" => "eu-west-1",
        "EUW2" => "eu-west-2",
        "EUW3" => "eu-west-3",
        "EUC1" => "eu-central-1",
        "EUC2" => "eu-central-2",
        "EUN1" => "eu-north-1",
        "EUS1" => "eu-south-1",
        "EUS2" => "eu-south-2",
        "APN1" => "ap-northeast-1",
        "APN2" => "ap-northeast-2",
        "APN3" => "ap-northeast-3",
        "APS1" => "ap-southeast-1",
        "APS2" => "ap-southeast-2",
        "APS3" => "ap-south-1",
        "APS4" => "ap-southeast-3",
        "APS5" => "ap-south-2",
        "APS6" => "ap-southeast-4",
        "APE1" => "ap-east-1",
        "CAN1" => "ca-central-1",
        "CAN2" => "ca-west-1",
        "SAE1" => "sa-east-1",
        "AFS1" => "af-south-1",
        "MES1" => "me-south-1",
        "MEC1" => "me-central-1",
        "ILC1" => "il-central-1",
        "UGW1" => "us-gov-west-1",
        "UGE1" => "us-gov-east-1",
        _ => return None,
    })
}

/// The desktop that a bill's resource is: a bare id, or the last part of an ARN.
#[must_use]
pub fn desktop_of(resource: &str) -> Option<&str> {
    let id = resource.rsplit('/').next()?.trim();
    id.starts_with("ws-").then_some(id)
}

/// The region in a resource's ARN.
#[must_use]
pub fn region_of_arn(resource: &str) -> Option<&str> {
    let rest = resource.strip_prefix("arn:")?;
    rest.split(':').nth(2).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_is_found_in_an_id_or_an_arn() {
        let arn = "arn:aws:workspaces:eu-west-1:111122223333:workspace/ws-0123456789";
        assert_eq!(desktop_of(arn), Some("ws-0123456789"));
        assert_eq!(region_of_arn(arn), Some("eu-west-1"));
        assert_eq!(desktop_of("ws-1"), Some("ws-1"));
        assert_eq!(desktop_of("NoResourceId"), None);
        assert_eq!(desktop_of(""), None);
        assert_eq!(region_of_arn("ws-1"), None);
    }

    #[test]
    fn a_prefix_names_its_region_and_an_unknown_one_none() {
        assert_eq!(region_of("EUW1-AW-HW-2-AutoStop-Usage"), Some("eu-west-1"));
        assert_eq!(region_of("AW-HW-2"), None);
        assert_eq!(region_of("Requests"), None);
    }

    #[test]
    fn groups_and_sources_are_read_as_they_are_written() {
        for group in CostGroup::ALL {
            assert_eq!(group.as_str().parse(), Ok(group));
        }
        for source in CostSource::ALL {
            assert_eq!(CostSource::from_text(source.as_str()), Some(source));
        }
        assert!("region".parse::<CostGroup>().is_err());
    }
}

//! Testing an account, and finding and onboarding the members of an AWS Organization.

use aws::AwsError;
use aws::collectors::costs;
use domain::account::{
    Account, AccountAccess, AccountTest, DiscoverRequest, DiscoverResult, DiscoveredAccount,
    NewAccount, PermissionTest,
};
use domain::arn::RoleArn;
use domain::organization::NewOrganization;
use domain::{AccountId, Money, OrganizationId, Region, Scope};
use store::StoreError;
use store::paid::PaidService;
use thiserror::Error;

use crate::Inventory;
use crate::account_run::regions_of;

#[derive(Debug, Error)]
pub enum OnboardingError {
    #[error("account {0} is not onboarded; add it with `stocktake account add`")]
    UnknownAccount(AccountId),
    #[error("the organization is unknown; create it first")]
    UnknownOrganization,
    #[error("to onboard what is found, name the read role that the accounts have (--role-name)")]
    RoleNameMissing,
    #[error(
        "the AWS Organization's accounts could not be listed: {}: {}{}",
        .0.failure.code, .0.failure.message, request_id(.0)
    )]
    Aws(AwsError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn request_id(error: &AwsError) -> String {
    error
        .failure
        .request_id
        .as_ref()
        .map(|id| format!(" (request id {id})"))
        .unwrap_or_default()
}

impl Inventory {
    /// Tries every permission the collectors need, in each of the account's regions. Trying to read costs
    /// costs money, which is counted before.
    pub async fn test_account(&self, id: &AccountId) -> Result<AccountTest, OnboardingError> {
        let account: Account = store::account::find(&self.db, &Scope::All, id)
            .await?
            .ok_or_else(|| OnboardingError::UnknownAccount(id.clone()))?;
        store::paid::add(
            &self.db,
            id,
            PaidService::CostExplorer,
            self.clock.now(),
            costs::PROBES,
            Money::from_micros(costs::MICROS_A_REQUEST).times(costs::PROBES as f64),
        )
        .await?;
        let test = self
            .aws
            .test_account(&AccountAccess::from(&account), &regions_of(&account))
            .await;
        Ok(if account.regions.is_empty() {
            without_regions_not_enabled(test)
        } else {
            test
        })
    }

    /// Lists the members of the AWS Organization that the server's own credentials belong to, and
    /// onboards those that are active and not known yet when asked to.
    pub async fn discover(
        &self,
        request: &DiscoverRequest,
    ) -> Result<DiscoverResult, OnboardingError> {
        if request.add && request.role_name.as_deref().unwrap_or_default().is_empty() {
            return Err(OnboardingError::RoleNameMissing);
        }
        if store::organization::find(&self.db, &Scope::All, &request.organization_id)
            .await?
            .is_none()
        {
            return Err(OnboardingError::UnknownOrganization);
        }
        let members = self.aws.discover().await.map_err(OnboardingError::Aws)?;
        let own = self.aws.own_account().await.map_err(OnboardingError::Aws)?;
        let mut accounts = Vec::with_capacity(members.len());
        for member in members {
            let known = store::account::find(&self.db, &Scope::All, &member.id)
                .await?
                .is_some();
            let mut found = DiscoveredAccount {
                id: member.id,
                name: member.name,
                email: member.email,
                status: member.status,
                known,
                added: false,
                skipped: None,
            };
            if request.add {
                found.skipped = reason_to_skip(&found, &own);
                if found.skipped.is_none() {
                    self.onboard(request, &found).await?;
                    found.added = true;
                }
            }
            accounts.push(found);
        }
        Ok(DiscoverResult { accounts })
    }

    async fn onboard(
        &self,
        request: &DiscoverRequest,
        found: &DiscoveredAccount,
    ) -> Result<(), OnboardingError> {
        let organization_id = if request.organization_per_account {
            self.organization_named(&found.name).await?
        } else {
            request.organization_id.clone()
        };
        let role_arn = request
            .role_name
            .as_deref()
            .map(|name| RoleArn::of(&found.id, name));
        let new = NewAccount {
            id: found.id.clone(),
            organization_id,
            name: Some(found.name.clone()),
            role_arn,
            external_id: request.external_id.clone(),
            regions: request.regions.clone(),
            endpoint_url: None,
        };
        store::account::create(&self.db, &new).await?;
        Ok(())
    }

    async fn organization_named(&self, name: &str) -> Result<OrganizationId, StoreError> {
        if let Some(organization) =
            store::organization::find_by_name(&self.db, &Scope::All, name).await?
        {
            return Ok(organization.id);
        }
        Ok(store::organization::create(
            &self.db,
            &NewOrganization {
                name: name.to_owned(),
            },
        )
        .await?
        .id)
    }
}

/// Leaves out the regions in which AWS does not know the account at all, as where a region is not
/// enabled: an account that is listed everywhere needs no permission there.
fn without_regions_not_enabled(mut test: AccountTest) -> AccountTest {
    let unknown = |p: &PermissionTest| {
        p.failure
            .as_ref()
            .is_some_and(|failure| failure.code == "UnrecognizedClientException")
    };
    let mut regions: Vec<Region> = test
        .permissions
        .iter()
        .filter_map(|p| p.region.clone())
        .collect();
    regions.sort();
    regions.dedup();
    let all = regions.len();
    regions.retain(|region| {
        let mut here = test
            .permissions
            .iter()
            .filter(|p| p.region.as_ref() == Some(region));
        here.all(unknown)
    });
    // Refused everywhere, it is the credentials that are at fault.
    if regions.is_empty() || regions.len() == all {
        return test;
    }
    test.permissions.retain(|p| {
        p.region
            .as_ref()
            .is_none_or(|region| !regions.contains(region))
    });
    test.passed = test.permissions.iter().all(|p| p.allowed || p.optional);
    let names: Vec<&str> = regions.iter().map(Region::as_str).collect();
    test.warnings.push(format!(
        "Left out, because the account seems not to be enabled there: {}.",
        names.join(", ")
    ));
    test
}

fn reason_to_skip(found: &DiscoveredAccount, own: &AccountId) -> Option<String> {
    if found.known {
        Some("already onboarded".to_owned())
    } else if own == &found.id {
        // Roles are rolled out to members; the account that lists them seldom has its own.
        Some("it is the account of the server's own credentials; add it with `account add` if it has desktops".to_owned())
    } else if found.status == "ACTIVE" {
        None
    } else {
        Some(format!("its status is {}", found.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::AwsFailure;

    fn permission(region: &str, code: Option<&str>) -> PermissionTest {
        PermissionTest {
            action: "workspaces:DescribeWorkspaces".to_owned(),
            region: Some(region.parse().unwrap()),
            allowed: code.is_none(),
            optional: false,
            failure: code.map(|code| AwsFailure {
                code: code.to_owned(),
                message: String::new(),
                request_id: None,
            }),
        }
    }

    fn test_of(permissions: Vec<PermissionTest>) -> AccountTest {
        AccountTest {
            account_id: "111122223333".parse().unwrap(),
            passed: false,
            caller_arn: None,
            assumable_without_external_id: None,
            permissions,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn only_regions_that_are_not_enabled_are_left_out() {
        let unknown = Some("UnrecognizedClientException");
        let test = without_regions_not_enabled(test_of(vec![
            permission("eu-west-1", None),
            permission("af-south-1", unknown),
        ]));
        assert!(
            test.passed && test.permissions.len() == 1 && test.warnings[0].contains("af-south-1")
        );

        let denied = without_regions_not_enabled(test_of(vec![
            permission("eu-west-1", Some("AccessDeniedException")),
            permission("af-south-1", unknown),
        ]));
        assert!(!denied.passed && denied.permissions.len() == 1);

        let everywhere =
            without_regions_not_enabled(test_of(vec![permission("eu-west-1", unknown)]));
        assert!(!everywhere.passed && everywhere.permissions.len() == 1);
    }
}

//! Testing an account, and finding and onboarding the members of an AWS Organization.

use aws::AwsError;
use domain::account::{
    Account, AccountAccess, AccountTest, DiscoverRequest, DiscoverResult, DiscoveredAccount,
    NewAccount,
};
use domain::arn::RoleArn;
use domain::organization::NewOrganization;
use domain::{AccountId, OrganizationId, Scope};
use store::StoreError;
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
    /// Tries every permission the collectors need, in each of the account's regions.
    pub async fn test_account(&self, id: &AccountId) -> Result<AccountTest, OnboardingError> {
        let account: Account = store::account::find(&self.db, &Scope::All, id)
            .await?
            .ok_or_else(|| OnboardingError::UnknownAccount(id.clone()))?;
        Ok(self
            .aws
            .test_account(&AccountAccess::from(&account), &regions_of(&account))
            .await)
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

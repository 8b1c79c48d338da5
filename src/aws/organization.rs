//! The member accounts of the AWS Organization, as its management account (or a delegated
//! administrator) sees them with the base credentials.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use domain::AccountId;

use crate::bucket::Bucket;
use crate::clouds::Aws;
use crate::error::{AwsError, AwsErrorKind};
use crate::resilience::retry_allowance;
use crate::session::{Connection, Lane, client_config, connect};

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationMember {
    pub id: AccountId,
    pub name: String,
    pub email: Option<String>,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, or what AWS added since.
    pub status: String,
}

impl Aws {
    /// Every member account, or an error; never part of them.
    pub async fn discover(&self) -> Result<Vec<OrganizationMember>, AwsError> {
        let client = self.organizations();
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let answer = client
                .list_accounts()
                .set_next_token(token)
                .send()
                .await
                .map_err(AwsError::from_sdk)?;
            let page = answer
                .accounts
                .ok_or_else(|| AwsError::unreadable("ListAccounts answered without Accounts"))?;
            for account in page {
                members.push(member(account)?);
            }
            token = answer.next_token.filter(|token| !token.is_empty());
            match &token {
                None => return Ok(members),
                // ListAccounts may send an empty page with a token, so only a repeat is a fault.
                Some(next) if !seen.insert(next.clone()) => {
                    return Err(AwsError::new(
                        AwsErrorKind::Protocol,
                        "RepeatedNextToken",
                        "ListAccounts gave a next token that it gave before",
                    ));
                }
                Some(_) => {}
            }
        }
    }

    /// The account that the base credentials belong to.
    pub async fn own_account(&self) -> Result<AccountId, AwsError> {
        let client =
            aws_sdk_sts::Client::from_conf(client_config!(aws_sdk_sts, &self.connection("sts")));
        let answer = client
            .get_caller_identity()
            .send()
            .await
            .map_err(AwsError::from_sdk)?;
        answer
            .account
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| AwsError::unreadable("GetCallerIdentity answered without an account id"))
    }

    fn organizations(&self) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::from_conf(client_config!(
            aws_sdk_organizations,
            &self.connection("organizations")
        ))
    }

    fn connection(&self, service: &str) -> Connection {
        let base = self.base();
        let lane = Lane {
            bucket: Arc::new(Bucket::new(
                base.config.requests_per_second,
                base.config.burst,
            )),
            partition: retry_allowance(service.to_owned()),
        };
        connect(
            base,
            &base.region,
            lane,
            &base.credentials,
            None,
            Arc::new(AtomicU64::new(0)),
        )
    }
}

fn member(from: aws_sdk_organizations::types::Account) -> Result<OrganizationMember, AwsError> {
    let status = status(&from);
    let id = from.id.unwrap_or_default();
    Ok(OrganizationMember {
        id: id.parse().map_err(|error| {
            AwsError::unreadable(format!("ListAccounts gave a bad account id: {error}"))
        })?,
        name: from.name.unwrap_or(id),
        email: from.email,
        status,
    })
}

/// AWS is replacing `Status` by `State`; whichever is sent counts.
fn status(from: &aws_sdk_organizations::types::Account) -> String {
    #[allow(deprecated)]
    let status = from
        .status
        .as_ref()
        .map(|status| status.as_str().to_owned());
    status
        .or_else(|| from.state.as_ref().map(|state| state.as_str().to_owned()))
        .unwrap_or_else(|| "UNKNOWN".to_owned())
}

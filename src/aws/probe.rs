//! `account test`: can we be who we must be, is the external id really asked for, and is each
//! needed action allowed in each region. Nothing is changed and no page is read to its end.

use domain::Region;
use domain::account::{AccountAccess, AccountTest, PermissionTest};
use futures::StreamExt;

use crate::clouds::Aws;
use crate::collectors::{self, Action};
use crate::error::{AwsError, AwsErrorKind};
use crate::session::AccountSession;

/// Regions tried at once; each has its own rate, so this only bounds open connections.
const REGIONS_AT_ONCE: usize = 4;

impl Aws {
    /// Tests an account in the given regions with a session of its own, so that a role changed a
    /// moment ago is seen as it is now.
    pub async fn test_account(&self, access: &AccountAccess, regions: &[Region]) -> AccountTest {
        let session = AccountSession::new(std::sync::Arc::clone(self.base()), access.clone());
        let mut warnings = Vec::new();
        let verified = session.verify().await;
        let assumable_without_external_id = without_external_id(&session, &mut warnings).await;
        let mut permissions = Vec::new();
        if access.role_arn.is_some() {
            permissions.push(permission(
                "sts:AssumeRole",
                None,
                false,
                verified.as_ref().err(),
            ));
        }
        match &verified {
            Ok(_) => {
                permissions.extend(each_region(&session, regions).await);
                permissions.extend(of_the_account(&session).await);
            }
            Err(error) => {
                warnings.push(advice(access, error));
                // Without a role to assume there would otherwise be no row that says why.
                if access.role_arn.is_none() {
                    permissions.push(permission(
                        "sts:GetCallerIdentity",
                        None,
                        false,
                        Some(error),
                    ));
                }
            }
        }
        AccountTest {
            account_id: access.id.clone(),
            passed: verified.is_ok() && permissions.iter().all(|p| p.allowed || p.optional),
            caller_arn: verified.ok(),
            assumable_without_external_id,
            permissions,
            warnings,
        }
    }
}

/// `Some(true)` when the role can be assumed by leaving the external id out.
async fn without_external_id(session: &AccountSession, warnings: &mut Vec<String>) -> Option<bool> {
    match session.assume_without_external_id().await? {
        Ok(()) => {
            warnings.push(
                "The role can be assumed without its external id: add the condition \
                 sts:ExternalId to its trust policy, or others who may use our account could \
                 reach this one."
                    .to_owned(),
            );
            Some(true)
        }
        // AWS's words for a refusal; anything else proves nothing.
        Err(error) if error.failure.code.starts_with("AccessDenied") => Some(false),
        Err(error) => {
            warnings.push(format!(
                "Whether the role asks for its external id could not be found out: {error}"
            ));
            None
        }
    }
}

async fn each_region(session: &AccountSession, regions: &[Region]) -> Vec<PermissionTest> {
    // Collected first, so that the whole is `Send` for callers that spawn it.
    let probes: Vec<_> = regions
        .iter()
        .map(|region| each_action(session, region))
        .collect();
    let per_region = futures::stream::iter(probes)
        .buffered(REGIONS_AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    per_region.into_iter().flatten().collect()
}

async fn each_action(session: &AccountSession, region: &Region) -> Vec<PermissionTest> {
    let view = session.region(region);
    let mut tested = Vec::new();
    for action in collectors::actions_where(|declaration| !declaration.once) {
        let outcome = (action.probe)(&view).await;
        tested.push(of_action(action, Some(region), outcome.err().as_ref()));
    }
    tested
}

/// What an account has once is tried once; costs are the only such thing, and each try costs money.
async fn of_the_account(session: &AccountSession) -> Vec<PermissionTest> {
    let Some(view) = collectors::costs::session(session) else {
        return Vec::new();
    };
    let mut tested = Vec::new();
    for action in collectors::actions_where(|declaration| declaration.once) {
        let outcome = (action.probe)(&view).await;
        tested.push(of_action(action, None, outcome.err().as_ref()));
    }
    tested
}

fn of_action(action: &Action, region: Option<&Region>, error: Option<&AwsError>) -> PermissionTest {
    permission(action.name, region.cloned(), action.optional, error)
}

fn permission(
    action: &str,
    region: Option<Region>,
    optional: bool,
    error: Option<&AwsError>,
) -> PermissionTest {
    PermissionTest {
        action: action.to_owned(),
        region,
        allowed: error.is_none(),
        optional,
        failure: error.map(|error| error.failure.clone()),
    }
}

/// What to do about an account that cannot be entered.
fn advice(access: &AccountAccess, error: &AwsError) -> String {
    match (error.kind, &access.role_arn) {
        (AwsErrorKind::Credentials, Some(role))
            if error.failure.code.starts_with("AccessDenied") =>
        {
            format!(
                "The role {role} could not be assumed: check that it exists, that its trust \
                 policy names our account, and that the external id is the one shown for this \
                 account."
            )
        }
        (AwsErrorKind::Credentials, _) => {
            format!("AWS does not accept our credentials: {error}")
        }
        (AwsErrorKind::Connection | AwsErrorKind::Timeout, _) => {
            format!("AWS could not be reached: {error}")
        }
        _ => format!("The account could not be entered: {error}"),
    }
}

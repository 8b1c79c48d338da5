//! Checks of what it takes to onboard an AWS account, with a message for each field at fault.

use auth::Caller;
use domain::account::{AccountChange, NewAccount};
use domain::arn::RoleArn;
use domain::error::FieldError;
use domain::{AccountId, ErrorCode};
use rand::Rng;

use crate::error::{ApiError, ApiResult};

/// What AWS allows in an external id besides letters and digits.
const EXTERNAL_ID_SIGNS: &str = "+=,.@:/-_";
const GENERATED_LENGTH: usize = 32;
const LONGEST_NAME: usize = 100;

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    fn finish(self) -> ApiResult<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::fields(self.0))
        }
    }
}

/// The server's own credentials reach more than one client's account, and an address of somebody's
/// choosing would be sent signed requests from inside the server's network; neither is one
/// organization's to give.
pub fn check_reach(new: &NewAccount, caller: &Caller) -> ApiResult<()> {
    let refuse = |why: &str| Err(ApiError::new(ErrorCode::Forbidden, why));
    if caller.is_global_admin() {
        Ok(())
    } else if new.role_arn.is_none() {
        refuse(
            "give a role_arn; only a global admin may onboard an account without a role, \
             which uses the server's own credentials",
        )
    } else if new.endpoint_url.is_some() {
        refuse("leave out endpoint_url; only a global admin may set one")
    } else {
        Ok(())
    }
}

/// The account as it may be stored. One with a role and no external id gets a random one: without
/// it, anyone who knows the role's ARN could make us assume it.
pub fn checked(mut new: NewAccount, insecure_http: bool) -> ApiResult<NewAccount> {
    let mut faults = Faults::default();
    name(new.name.as_deref(), &mut faults);
    role("role_arn", new.role_arn.as_ref(), &new.id, &mut faults);
    match &new.external_id {
        Some(_) if new.role_arn.is_none() => {
            faults.add(
                "external_id",
                "an external id needs a role_arn that expects it",
            );
        }
        Some(id) => {
            if let Err(why) = external_id_fault(id) {
                faults.add("external_id", why);
            }
        }
        None if new.role_arn.is_some() => new.external_id = Some(generate_external_id()),
        None => {}
    }
    if let Some(url) = &new.endpoint_url
        && let Err(why) = endpoint_fault(url, insecure_http)
    {
        faults.add("endpoint_url", why);
    }
    new.regions.sort();
    new.regions.dedup();
    faults.finish()?;
    Ok(new)
}

pub fn checked_change(mut change: AccountChange, id: &AccountId) -> ApiResult<AccountChange> {
    let mut faults = Faults::default();
    if change
        .name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        faults.add("name", "a name cannot be empty");
    }
    name(change.name.as_deref(), &mut faults);
    role("role_arn", change.role_arn.as_ref(), id, &mut faults);
    role(
        "write_role_arn",
        change.write_role_arn.as_ref(),
        id,
        &mut faults,
    );
    if let Some(regions) = &mut change.regions {
        regions.sort();
        regions.dedup();
    }
    faults.finish()?;
    Ok(change)
}

pub fn check_external_id(id: &str) -> ApiResult<()> {
    external_id_fault(id).map_err(|why| ApiError::field("external_id", why))
}

/// IAM's rule for role names, with a path allowed in front.
pub fn check_role_name(text: &str) -> ApiResult<()> {
    let valid = !text.is_empty()
        && text.len() <= 512
        && text
            .rsplit('/')
            .next()
            .is_some_and(|name| (1..=64).contains(&name.len()))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c));
    if valid {
        return Ok(());
    }
    let why = "a role name has 1 to 64 letters, digits and +=,.@_- characters";
    Err(ApiError::field("role_name", why))
}

fn name(text: Option<&str>, faults: &mut Faults) {
    if text.is_some_and(|text| text.chars().count() > LONGEST_NAME) {
        faults.add(
            "name",
            format!("a name has at most {LONGEST_NAME} characters"),
        );
    }
}

fn role(field: &'static str, arn: Option<&RoleArn>, account: &AccountId, faults: &mut Faults) {
    if let Some(Err(error)) = arn.map(|arn| arn.clone().in_account(account)) {
        faults.add(field, error.to_string());
    }
}

fn external_id_fault(id: &str) -> Result<(), String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || EXTERNAL_ID_SIGNS.contains(c);
    if (2..=1224).contains(&id.len()) && id.chars().all(legal) {
        return Ok(());
    }
    Err(format!(
        "an external id has 2 to 1224 letters, digits and {EXTERNAL_ID_SIGNS} characters"
    ))
}

/// Credentials are signed, not encrypted, so plain http is for this machine only.
fn endpoint_fault(text: &str, insecure_http: bool) -> Result<(), String> {
    let url =
        url::Url::parse(text).map_err(|error| format!("{text:?} is not an address: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with a password in it would be shown to everyone".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("leave out what follows ? or #".to_owned());
    }
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("the address has no host".to_owned()),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback || insecure_http => Ok(()),
        "http" => Err("plain http is for this machine only; use https".to_owned()),
        other => Err(format!("{other} is not http or https")),
    }
}

fn generate_external_id() -> String {
    rand::rng()
        .sample_iter(rand::distr::Alphanumeric)
        .take(GENERATED_LENGTH)
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::OrganizationId;

    fn account(role: Option<&str>) -> NewAccount {
        NewAccount {
            id: "111122223333".parse().unwrap(),
            organization_id: OrganizationId::new(),
            name: None,
            role_arn: role.map(|text| text.parse().unwrap()),
            external_id: None,
            regions: Vec::new(),
            endpoint_url: None,
        }
    }

    const ROLE: &str = "arn:aws:iam::111122223333:role/r";

    #[test]
    fn a_role_gets_an_external_id_that_nobody_can_guess() {
        let one = checked(account(Some(ROLE)), false)
            .unwrap()
            .external_id
            .unwrap();
        let two = checked(account(Some(ROLE)), false)
            .unwrap()
            .external_id
            .unwrap();
        assert_eq!(one.len(), 32);
        assert_ne!(one, two);
        assert!(check_external_id(&one).is_ok());
        assert_eq!(checked(account(None), false).unwrap().external_id, None);
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let mut new = account(Some("arn:aws:iam::999999999999:role/r"));
        new.external_id = Some("no spaces".into());
        new.endpoint_url = Some("ftp://x".into());
        let error = checked(new, false).unwrap_err();
        let fields: Vec<_> = error
            .fields
            .iter()
            .map(|fault| fault.field.as_str())
            .collect();
        assert_eq!(fields, ["role_arn", "external_id", "endpoint_url"]);
    }

    #[test]
    fn plain_http_endpoints_are_for_loopback() {
        for good in [
            "http://127.0.0.1:4566",
            "http://localhost:1",
            "http://[::1]:1",
            "https://a.b",
        ] {
            assert_eq!(endpoint_fault(good, false), Ok(()), "{good}");
        }
        for bad in [
            "http://10.0.0.1",
            "x",
            "https://u:p@a.b",
            "http://localhost.evil.test",
        ] {
            assert!(endpoint_fault(bad, false).is_err(), "{bad}");
        }
        assert_eq!(endpoint_fault("http://10.0.0.1", true), Ok(()));
    }
}

//! IAM role ARNs, the only ARNs people type in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::AccountId;

/// `arn:aws:iam::111122223333:role/stocktake-read`, with an optional path before the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "arn:aws:iam::111122223333:role/stocktake-read")]
pub struct RoleArn(String);

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidRoleArn {
    #[error("{0:?} is not a role ARN; it looks like arn:aws:iam::111122223333:role/stocktake-read")]
    Shape(String),
    #[error("role ARN {arn:?} belongs to account {found}, not {expected}")]
    OtherAccount {
        arn: String,
        found: AccountId,
        expected: AccountId,
    },
}

impl RoleArn {
    /// Builds the ARN of a role by name in the commercial partition.
    #[must_use]
    pub fn of(account: &AccountId, role_name: &str) -> Self {
        Self(format!(
            "arn:aws:iam::{account}:role/{}",
            role_name.trim_start_matches('/')
        ))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account the role lives in.
    pub fn account(&self) -> Result<AccountId, InvalidRoleArn> {
        self.0
            .split(':')
            .nth(4)
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| InvalidRoleArn::Shape(self.0.clone()))
    }

    /// Checks that the role lives in `expected`.
    pub fn in_account(self, expected: &AccountId) -> Result<Self, InvalidRoleArn> {
        let found = self.account()?;
        if &found == expected {
            Ok(self)
        } else {
            Err(InvalidRoleArn::OtherAccount {
                arn: self.0,
                found,
                expected: expected.clone(),
            })
        }
    }
}

impl FromStr for RoleArn {
    type Err = InvalidRoleArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let valid = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, resource]
            if matches!(*partition, "aws" | "aws-us-gov" | "aws-cn")
                && account.len() == 12 && account.parse::<AccountId>().is_ok()
                && resource.strip_prefix("role/").is_some_and(valid_role_path));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRoleArn::Shape(text.to_owned()))
        }
    }
}

/// IAM role names use letters, digits and `+=,.@_-`; a path adds slashes.
fn valid_role_path(path: &str) -> bool {
    !path.is_empty()
        && !path.ends_with('/')
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c))
}

impl<'de> Deserialize<'de> for RoleArn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_role_arns_pass() {
        for good in [
            "arn:aws:iam::111122223333:role/r",
            "arn:aws-us-gov:iam::111122223333:role/path/r",
        ] {
            assert!(good.parse::<RoleArn>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "stocktake-read",
            "arn:aws:iam::11112222333:role/r",
            "arn:aws:iam::111122223333:user/r",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:s3::111122223333:role/r",
            "arn:aws:iam::111122223333:role/a b",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_role_of_another_account_is_refused() {
        let expected: AccountId = "111122223333".parse().unwrap();
        let arn: RoleArn = "arn:aws:iam::444455556666:role/r".parse().unwrap();
        assert!(matches!(
            arn.in_account(&expected),
            Err(InvalidRoleArn::OtherAccount { .. })
        ));
    }
}

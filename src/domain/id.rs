//! Typed identifiers, all kept as text. AWS account ids are AWS's own twelve digits; the rest are
//! UUIDv7, so that sorting by id sorts by creation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// A fresh id; later ids sort after earlier ones.
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// Takes an id that was stored or sent before. Any text is accepted: an unknown id is
            /// simply not found.
            #[must_use]
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

uuid_id!(
    /// A client of the MSP: the tenant.
    OrganizationId
);
uuid_id!(
    /// A person who can log in.
    UserId
);
uuid_id!(
    /// One login of one person; a JWT is bound to it.
    SessionId
);
uuid_id!(
    /// A piece of background work; for a sync it is also the id of the run.
    JobId
);
uuid_id!(
    /// Something a person should look at.
    AlertId
);
uuid_id!(
    /// A question somebody asked.
    QuestionId
);
uuid_id!(
    /// A question saved with the SQL that answers it.
    VerifiedId
);

uuid_id!(
    /// A list of changes that people approve.
    PlanId
);
uuid_id!(
    /// A report that was made.
    ReportId
);
uuid_id!(
    /// A list that somebody gave a name.
    ViewId
);
uuid_id!(
    /// When a report is made by itself.
    ReportScheduleId
);

/// An AWS account id: exactly twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[0-9]{12}$", example = "111122223333")]
pub struct AccountId(String);

#[derive(Debug, Error, PartialEq, Eq)]
#[error("an AWS account id is 12 digits; {given:?} has {}", describe(.given))]
pub struct InvalidAccountId {
    given: String,
}

fn describe(given: &str) -> String {
    if given.chars().all(|c| c.is_ascii_digit()) {
        format!("{}", given.len())
    } else {
        "characters that are not digits".to_owned()
    }
}

impl AccountId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    /// Accepts `111122223333` and the console's `1111-2222-3333`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
        if digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(InvalidAccountId { given: digits })
        }
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_are_twelve_digits() {
        assert_eq!(
            "1111-2222-3333".parse::<AccountId>().unwrap().as_str(),
            "111122223333"
        );
        let short = "11112222333".parse::<AccountId>().unwrap_err();
        assert_eq!(
            short.to_string(),
            "an AWS account id is 12 digits; \"11112222333\" has 11"
        );
        assert!(
            "11112222333x"
                .parse::<AccountId>()
                .unwrap_err()
                .to_string()
                .contains("not digits")
        );
    }

    #[test]
    fn ids_sort_by_creation() {
        let first = JobId::new();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(first < JobId::new());
    }
}

//! The table of error codes. One line is one code: its stable text, HTTP status and title. Clients
//! and scripts may rely on `code`; titles and details may be reworded.

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! error_codes {
    ($($variant:ident, $code:literal, $status:literal, $title:literal;)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($variant),+ }

        impl ErrorCode {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status the API answers with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

error_codes! {
    InvalidRequest, "invalid_request", 400, "The request is not valid";
    InvalidCursor, "invalid_cursor", 400, "The cursor is not valid for this list";
    InvalidFilter, "invalid_filter", 400, "A filter or sort is not valid";
    QueryRefused, "query_refused", 400, "The query is not allowed";
    QueryFailed, "query_failed", 400, "The query could not be run";
    InvalidCredentials, "invalid_credentials", 401, "Username or password is wrong";
    NotAuthenticated, "not_authenticated", 401, "Log in first";
    SessionExpired, "session_expired", 401, "The session has ended";
    Forbidden, "forbidden", 403, "Your role does not allow this";
    CsrfRejected, "csrf_rejected", 403, "The request did not come from this site's own pages";
    NotFound, "not_found", 404, "Not found";
    MethodNotAllowed, "method_not_allowed", 405, "This address does not take that method";
    Conflict, "conflict", 409, "It already exists or has changed";
    AlreadySetUp, "already_set_up", 409, "This installation is already set up";
    SetupLinkInvalid, "setup_link_invalid", 410, "The setup link is used or has expired";
    BodyTooLarge, "body_too_large", 413, "The request body is too large";
    UnsupportedMedia, "unsupported_media_type", 415, "Send JSON";
    ActionsDisabled, "actions_disabled", 409, "Changing desktops is switched off";
    WriteRoleMissing, "write_role_missing", 409, "The account has no role for changes";
    PlanOverlap, "plan_overlap", 409, "Another plan works on one of the desktops";
    PlanState, "plan_state", 409, "The plan is not in a state for that";
    Cancelled, "cancelled", 409, "The question was cancelled";
    RequestTimeout, "request_timeout", 408, "The request took too long to arrive";
    RateLimited, "rate_limited", 429, "Too many requests";
    LoginThrottled, "login_throttled", 429, "Too many failed logins; wait a moment";
    Internal, "internal", 500, "Something went wrong on our side";
    ReadOnly, "read_only", 503, "The database cannot be written just now";
    Unavailable, "unavailable", 503, "Not ready yet";
    ModelBusy, "model_busy", 503, "The language model is busy";
    ModelUnavailable, "model_unavailable", 503, "The language model cannot answer just now";
    QueryTimeout, "query_timeout", 504, "The query took longer than its deadline";
    ModelTimeout, "model_timeout", 504, "The language model took longer than its deadline";
}

/// The body of every error answer, RFC 9457 `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the code says what there is to say.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable; `docs/API.md` lists them.
    pub code: String,
    /// What happened here, and what to do next.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The fields at fault, where the request had fields.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// Names this answer in the server's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_errors() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.code()), "{} twice", code.code());
            assert!(
                code.code()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_')
            );
            assert!((400..600).contains(&code.status()));
        }
    }
}

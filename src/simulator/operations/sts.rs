//! STS in the query protocol: a form in, XML out. AssumeRole is where external ids are enforced.

use actix_web::web::{Bytes, Query};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::input::{read, required};
use super::{Answer, Body, Call, Operation, STS};
use crate::clock::{self, Millis};
use crate::wire::auth::role_id;
use crate::wire::refusal::Refusal;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const VERSION: &str = "2011-06-15";
/// The longest session a role allows unless its owner raised it; also AWS's limit when one role assumes another.
const MAX_SESSION_SECS: i64 = 3600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumeRole {
    role_arn: Option<String>,
    role_session_name: Option<String>,
    external_id: Option<String>,
    duration_seconds: Option<String>,
}

pub fn decode(body: &Bytes) -> Result<(&'static Operation, Value), Refusal> {
    let text = String::from_utf8_lossy(body);
    let pairs = Query::<Vec<(String, String)>>::from_query(&text)
        .map_err(|why| Refusal::new("MalformedQueryString", why.to_string()))?
        .into_inner();
    let members: Map<String, Value> = pairs
        .into_iter()
        .map(|(key, value)| (key, Value::String(value)))
        .collect();
    let value = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
    let action = value("Action");
    let unknown = || {
        let message = format!(
            "Could not find operation {action} for version {}",
            value("Version")
        );
        Refusal::new("InvalidAction", message)
    };
    if action.is_empty() {
        return Err(Refusal::new(
            "MissingAction",
            "The request is missing an action or a required parameter.",
        ));
    }
    if value("Version") != VERSION {
        return Err(unknown());
    }
    let operation = super::find(STS, action).map_err(|_| unknown())?;
    Ok((operation, Value::Object(members)))
}

pub fn assume_role(call: &Call<'_>) -> Answer {
    let input: AssumeRole = read(call)?;
    let arn = required(input.role_arn, "roleArn")?;
    let name = required(input.role_session_name, "roleSessionName")?;
    session_name(&name)?;
    let seconds = duration(
        input.duration_seconds.as_deref(),
        call.caller.role.is_some(),
    )?;
    let (account, role) = parse_role(&arn)?;
    let parts = call.parts;
    let exists = role == parts.config.role_name || role == parts.config.write_role_name;
    let known = parts.world.account(account).is_some() && exists;
    let admitted = input.external_id.as_deref() == Some(parts.config.external_id.as_str());
    // AWS does not say which of these it was: that would tell strangers which roles exist.
    if !known || !admitted || parts.faults.of(account).deny_assume_role {
        return Err(Refusal::new(
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                call.caller.arn
            ),
        )
        .with_status(403));
    }
    let now = clock::wall();
    let lifetime =
        Millis::try_from(parts.config.session_lifetime.as_millis()).unwrap_or(Millis::MAX);
    let expires = now + lifetime.min(seconds * 1000);
    let session = parts.sessions.mint(account, role, &name, expires, now);
    Ok(result(
        "AssumeRole",
        call.request_id,
        &format!(
            "<AssumedRoleUser><AssumedRoleId>{}:{name}</AssumedRoleId>\
             <Arn>arn:aws:sts::{account}:assumed-role/{role}/{name}</Arn></AssumedRoleUser>\
             <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
             <SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>",
            role_id(account, role),
            session.access_key,
            session.secret,
            session.token,
            instant(session.expires),
        ),
    ))
}

pub fn get_caller_identity(call: &Call<'_>) -> Answer {
    let caller = &call.caller;
    Ok(result(
        "GetCallerIdentity",
        call.request_id,
        &format!(
            "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
            escape(&caller.arn),
            escape(&caller.user_id),
            caller.account
        ),
    ))
}

pub fn error_xml(refusal: &Refusal, request_id: &str) -> String {
    let fault = if refusal.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&refusal.code),
        escape(&refusal.message)
    )
}

fn result(operation: &str, request_id: &str, inner: &str) -> Body {
    let xml = format!(
        "<{operation}Response xmlns=\"{NAMESPACE}\"><{operation}Result>{inner}</{operation}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    Body::Framed(xml.into_bytes())
}

/// Account and role name of `arn:aws:iam::123456789012:role/path/name`.
fn parse_role(arn: &str) -> Result<(&str, &str), Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let ["arn", partition, "iam", "", account, resource] = parts.as_slice()
        && partition.starts_with("aws")
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && let Some(path) = resource.strip_prefix("role/")
        && let Some(name) = path.rsplit('/').next().filter(|name| !name.is_empty())
    {
        return Ok((account, name));
    }
    Err(Refusal::validation(format!("{arn} is invalid")))
}

fn session_name(name: &str) -> Result<(), Refusal> {
    let fits = (2..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
    if fits {
        return Ok(());
    }
    let constraint = "Member must satisfy regular expression pattern: [\\w+=,.@-]*";
    Err(Refusal::constraint(name, "roleSessionName", constraint))
}

fn duration(asked: Option<&str>, chained: bool) -> Result<i64, Refusal> {
    let Some(asked) = asked else {
        return Ok(MAX_SESSION_SECS);
    };
    let seconds: i64 = asked
        .parse()
        .map_err(|_| Refusal::validation(format!("{asked} is not a whole number")))?;
    super::input::within(seconds, "durationSeconds", 900, 43_200)?;
    if seconds > MAX_SESSION_SECS {
        return Err(Refusal::validation(if chained {
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        } else {
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        }));
    }
    Ok(seconds)
}

fn instant(at: Millis) -> String {
    // Whole seconds, as STS writes them.
    jiff::Timestamp::from_second(at / 1000)
        .map(|time| time.to_string())
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns_are_taken_apart() {
        assert!(matches!(
            parse_role("arn:aws:iam::123456789012:role/a"),
            Ok(("123456789012", "a"))
        ));
        assert!(matches!(
            parse_role("arn:aws:iam::123456789012:role/p/q/a"),
            Ok(("123456789012", "a"))
        ));
        for bad in [
            "arn:aws:iam::12345678901:role/a",
            "arn:aws:iam::123456789012:user/a",
            "role/a",
            "arn:aws:iam::123456789012:role/",
        ] {
            assert!(parse_role(bad).is_err(), "{bad}");
        }
    }
}

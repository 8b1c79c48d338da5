//! Who is calling, read from the SigV4 header. The signature itself is not recomputed: the key id says which
//! account it is, and a minted key must come with the session token it was minted with.

use actix_web::HttpRequest;

use super::refusal::Refusal;
use crate::clock::Millis;
use crate::sessions::Sessions;
use crate::world::World;

#[derive(Clone, Debug)]
pub struct Caller {
    pub account: String,
    pub region: String,
    pub arn: String,
    pub user_id: String,
    pub access_key: String,
    /// The role and the name of the session, for who came through AssumeRole.
    pub role: Option<(String, String)>,
}

struct Scope<'a> {
    access_key: &'a str,
    region: &'a str,
}

pub fn identify(
    request: &HttpRequest,
    world: &World,
    sessions: &Sessions,
    now: Millis,
) -> Result<Caller, Refusal> {
    let header = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let scope = scope(header)?;
    let token = request
        .headers()
        .get("x-amz-security-token")
        .and_then(|value| value.to_str().ok());
    let region = scope.region.to_owned();
    if !scope.access_key.starts_with("ASIA") {
        // Any static key belongs to the management account.
        let account = &world.management.id;
        return Ok(Caller {
            account: account.clone(),
            region,
            arn: format!("arn:aws:iam::{account}:user/stocktake"),
            user_id: scope.access_key.to_owned(),
            access_key: scope.access_key.to_owned(),
            role: None,
        });
    }
    let session = sessions
        .find(scope.access_key)
        .filter(|session| token == Some(&session.token))
        .ok_or_else(unrecognized_client)?;
    if session.expires <= now {
        return Err(Refusal::new(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    Ok(Caller {
        region,
        arn: format!(
            "arn:aws:sts::{}:assumed-role/{}/{}",
            session.account, session.role, session.name
        ),
        user_id: format!(
            "{}:{}",
            role_id(&session.account, &session.role),
            session.name
        ),
        account: session.account,
        access_key: session.access_key,
        role: Some((session.role, session.name)),
    })
}

pub fn unrecognized_client() -> Refusal {
    Refusal::new(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}

/// The id AWS gives a role, which is not its name.
pub fn role_id(account: &str, role: &str) -> String {
    let own = crate::dice::hash(account) ^ crate::dice::hash(role).rotate_left(32);
    format!("AROA{own:017X}")
}

fn scope(header: Option<&str>) -> Result<Scope<'_>, Refusal> {
    let Some(header) = header else {
        return Err(Refusal::new(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    let incomplete = |what: &str| {
        Refusal::new(
            "IncompleteSignatureException",
            format!("{what} Authorization={header}"),
        )
    };
    let Some(fields) = header.strip_prefix("AWS4-HMAC-SHA256") else {
        return Err(incomplete(
            "Authorization header requires 'AWS4-HMAC-SHA256'.",
        ));
    };
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                incomplete(&format!(
                    "Authorization header requires '{name}' parameter."
                ))
            })
    };
    let signature = field("Signature")?;
    field("SignedHeaders")?;
    let credential = field("Credential")?;
    // A static key may hold any character but a slash; the rest of the scope has four parts.
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key, date, region, _service, "aws4_request"] = parts.as_slice() else {
        return Err(incomplete(
            "Credential must have exactly 5 slash-delimited elements.",
        ));
    };
    if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return Err(incomplete(
            "Date in Credential scope must be in ISO-8601 basic format.",
        ));
    }
    if signature.len() != 64 || !signature.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(incomplete("Signature must be 64 hexadecimal digits."));
    }
    Ok(Scope { access_key, region })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/workspaces/aws4_request, \
        SignedHeaders=host;x-amz-date, \
        Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_well_formed_header_names_key_and_region() {
        let scope = scope(Some(GOOD)).expect("well formed");
        assert_eq!((scope.access_key, scope.region), ("AKID", "eu-west-1"));
    }

    #[test]
    fn what_is_malformed_is_refused_by_name() {
        let code =
            |header: Option<&str>| scope(header).err().map(|refusal| refusal.code.into_owned());
        assert_eq!(
            code(None).as_deref(),
            Some("MissingAuthenticationTokenException")
        );
        for bad in [
            "Bearer x".to_owned(),
            GOOD.replace("aws4_request", "other"),
            GOOD.replace("/20260101", ""),
            GOOD.replace("20260101", "yesterda"),
            GOOD.replace("Signature=0", "Signature="),
            GOOD.replace("SignedHeaders=", "Signed="),
        ] {
            assert_eq!(
                code(Some(&bad)).as_deref(),
                Some("IncompleteSignatureException"),
                "{bad}"
            );
        }
    }
}

//! Access tokens: JWTs signed by this installation, each bound to a session that can be revoked.
//! A token proves only which session it belongs to; whether that session still stands is asked of
//! `session`.

use domain::{SessionId, UserId, UtcTime};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How long the token of a login is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 24 * 3600;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub sub: String,
    pub sid: String,
    pub iat: i64,
    pub exp: i64,
}

#[derive(Debug, Error)]
#[error("the token could not be signed: {0}")]
pub struct SignError(String);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenProblem {
    Expired,
    Invalid,
}

pub(crate) struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
    validation: Validation,
}

impl Tokens {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub"]);
        validation.leeway = 0;
        Self {
            sign: EncodingKey::from_secret(key),
            check: DecodingKey::from_secret(key),
            validation,
        }
    }

    pub(crate) fn issue(
        &self,
        user: &UserId,
        session: &SessionId,
        now: UtcTime,
        seconds: i64,
    ) -> Result<String, SignError> {
        let claims = Claims {
            sub: user.to_string(),
            sid: session.to_string(),
            iat: now.unix(),
            exp: now.unix() + seconds,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
            .map_err(|error| SignError(error.to_string()))
    }

    pub(crate) fn check(&self, token: &str) -> Result<Claims, TokenProblem> {
        jsonwebtoken::decode::<Claims>(token, &self.check, &self.validation)
            .map(|data| data.claims)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenProblem::Expired,
                _ => TokenProblem::Invalid,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_unexpired_tokens_pass() {
        let tokens = Tokens::new(&[7; 32]);
        let (user, session, now) = (UserId::new(), SessionId::new(), UtcTime::now());
        let token = tokens
            .issue(&user, &session, now, LIFETIME_SECONDS)
            .unwrap();
        assert_eq!(tokens.check(&token).unwrap().sid, session.to_string());

        let foreign = Tokens::new(&[8; 32]).check(&token).unwrap_err();
        assert_eq!(foreign, TokenProblem::Invalid);

        let old = now.plus_seconds(-LIFETIME_SECONDS - 5);
        let expired = tokens
            .issue(&user, &session, old, LIFETIME_SECONDS)
            .unwrap();
        assert_eq!(tokens.check(&expired).unwrap_err(), TokenProblem::Expired);
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        use base64::Engine;
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let claims = r#"{"sub":"a","sid":"b","iat":0,"exp":99999999999}"#;
        let forged = format!(
            "{}.{}.",
            encode(r#"{"alg":"none","typ":"JWT"}"#),
            encode(claims)
        );
        let problem = Tokens::new(&[7; 32]).check(&forged).unwrap_err();
        assert_eq!(problem, TokenProblem::Invalid);
    }
}

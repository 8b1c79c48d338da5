//! The proof that a document comes from this installation, and when it was sent: an HMAC-SHA256 over the
//! time and the body, in one header. A receiver works it out anew and refuses old times.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// `t=1700000000,v1=<64 hexadecimal digits>`.
pub const SIGNATURE_HEADER: &str = "x-stocktake-signature";

/// The header's value for `body`, sent at `unix` seconds: the digest is over `unix`, a full stop, the body.
#[must_use]
pub fn signature(secret: &SecretString, unix: i64, body: &[u8]) -> String {
    // A key of any length is taken, so the error cannot be; it would leave a digest nobody accepts.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return format!("t={unix},v1=");
    };
    mac.update(unix.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={unix},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_openssl_says() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let secret = SecretString::from("0123456789abcdef".to_owned());
        assert_eq!(
            signature(&secret, 1_700_000_000, br#"{"a":1}"#),
            "t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23"
        );
    }
}

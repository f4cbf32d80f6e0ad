//! How our webhooks are signed, so that whoever gets one knows that it is ours and unchanged: Standard Webhooks
//! (standardwebhooks.com), symmetric signatures.
//!
//! A call carries three headers: [`ID_HEADER`] (the same on every try, so that the other side can tell a repetition),
//! [`TIMESTAMP_HEADER`] (seconds since 1970, of this try) and [`SIGNATURE_HEADER`] (what [`sign`] gives). The body is
//! signed as it is sent, byte by byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The header of the call's id.
pub const ID_HEADER: &str = "webhook-id";
/// The header of the time of the try, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header of the signature.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has, at the least and at the most.
const SIZES: std::ops::RangeInclusive<usize> = 24..=64;

/// What both sides of a webhook know: 24 to 64 bytes. Its text form is `whsec_` and their base64.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

/// What is wrong with the text of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and the base64 of 24 to 64 bytes")]
pub struct BadSecret;

impl WebhookSecret {
    /// The secret of these bytes.
    ///
    /// # Errors
    /// When there are fewer than 24 or more than 64 of them.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, BadSecret> {
        if SIZES.contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(BadSecret)
        }
    }

    /// The secret that a hash makes.
    pub(crate) fn of_hash(hash: [u8; 32]) -> Self {
        Self(hash.to_vec())
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(BadSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_error| BadSecret)?;
        Self::of_bytes(&bytes)
    }

    /// The text form, which is shown to whoever is to check our signatures, and to nobody else.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }
}

/// A secret is not for logs.
impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret(...)")
    }
}

/// The signature of a call: `v1,` and the base64 of the HMAC-SHA256 of `id.seconds.body`.
pub fn sign(secret: &WebhookSecret, id: &str, at_seconds: i64, body: &[u8]) -> String {
    let head = format!("{id}.{at_seconds}.");
    format!(
        "v1,{}",
        STANDARD.encode(keyed_hash(&secret.0, &[head.as_bytes(), body]))
    )
}

/// The HMAC-SHA256 of some parts, one after the other.
pub(crate) fn keyed_hash(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(
        clippy::expect_used,
        reason = "it can't fail, and no signature may be made with another key"
    )]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with OpenSSL: `printf 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' | openssl dgst -sha256
    /// -mac HMAC -macopt hexkey:... -binary | base64`. The secret is the example of the specification.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let later = sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_331,
            br#"{"test": 2432232314}"#,
        );
        assert_ne!(signed, later);
    }

    #[test]
    fn secrets_are_text_with_a_prefix_and_stay_out_of_logs() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret = WebhookSecret::parse(text).unwrap();
        assert_eq!(secret.reveal(), text);
        assert_eq!(format!("{secret:?}"), "WebhookSecret(...)");
        for bad in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_?",
        ] {
            assert_eq!(WebhookSecret::parse(bad), Err(BadSecret), "for {bad}");
        }
        assert!(WebhookSecret::of_bytes(&[7; 65]).is_err());
    }
}

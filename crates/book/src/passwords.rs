//! Passwords of people: argon2id, each with a salt of its own.
//!
//! A hash takes 19 MiB and tens of milliseconds by intention, so it is made beside the runtime's workers, and only so
//! many at a time.

use crate::secrets::same_text;
use crate::{BookError, Entropy};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use store::rows::Note;
use tokio::sync::Semaphore;

/// How many hashes are made at a time.
const AT_ONCE: usize = 2;
/// The bytes of a salt.
const SALT: usize = 16;
/// The bytes of a hash.
const HASH: usize = 32;
/// What every kept hash begins with: argon2id, and how much memory (KiB), passes and lanes it takes.
const FORM: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// How many wrong passwords in a row are let pass before each further one makes whoever it is wait.
const FREE_FAILURES: u32 = 5;
/// The longest wait after a wrong password.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// From how long on a wait is worth noting in the audit trail.
const LONG_WAIT_MILLISECONDS: i64 = 60_000;

/// How long to wait after so many wrong passwords in a row, in milliseconds: longer and longer.
pub(crate) fn wait_millis(failures: u32) -> Option<i64> {
    let excess = failures.checked_sub(FREE_FAILURES)?;
    let wait = 1_i64.checked_shl(excess.min(20)).unwrap_or(LONGEST_WAIT_SECONDS);
    Some(wait.min(LONGEST_WAIT_SECONDS).saturating_mul(1000))
}

/// What the audit trail says of so many wrong passwords in a row: nothing as long as the wait is short, as it is for
/// people who mistype.
pub(crate) fn long_wait(failures: u32) -> Option<String> {
    let wait = wait_millis(failures).filter(|wait| *wait >= LONG_WAIT_MILLISECONDS)?;
    Some(format!(
        "for {} s, after {failures} wrong passwords in a row",
        wait / 1000
    ))
}

/// The note of it: the server's own, whoever asked.
pub(crate) fn refused_for_long(action: &'static str, subject: &str, detail: String) -> Note {
    Note {
        actor: "the server".to_owned(),
        action,
        subject: subject.to_owned(),
        detail,
    }
}

/// Makes and checks hashes of passwords.
pub(crate) struct Passwords {
    room: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            room: Semaphore::new(AT_ONCE),
        }
    }
}

impl Passwords {
    /// The hash of a password, as it is kept.
    pub(crate) async fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<String, BookError> {
        let mut salt = [0; SALT];
        entropy.fill(&mut salt);
        let hash = self.digest(password, salt).await?;
        let text = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
        Ok(format!("{FORM}{}${}", text(&salt), text(&hash)))
    }

    /// Whether a password is the one whose hash is kept. Without a hash it takes as long, and is not.
    pub(crate) async fn matches(&self, password: &str, kept: Option<&str>) -> Result<bool, BookError> {
        let parts = kept.and_then(|kept| kept.strip_prefix(FORM)?.split_once('$'));
        let salt = parts.and_then(|(salt, _)| STANDARD_NO_PAD.decode(salt).ok()?.try_into().ok());
        let hash = self.digest(password, salt.unwrap_or([0; SALT])).await?;
        let hash = STANDARD_NO_PAD.encode(hash);
        Ok(salt.is_some() && parts.is_some_and(|(_, kept)| same_text(kept, &hash)))
    }

    async fn digest(&self, password: &str, salt: [u8; SALT]) -> Result<[u8; HASH], BookError> {
        let failed = |what: &str| BookError::Unknown(format!("password hash: {what}"));
        let _place = self.room.acquire().await.map_err(|_closed| failed("no room"))?;
        let password = password.to_owned();
        let made = tokio::task::spawn_blocking(move || {
            let params = Params::new(19_456, 2, 1, Some(HASH))?;
            let mut hash = [0; HASH];
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                password.as_bytes(),
                &salt,
                &mut hash,
            )?;
            Ok::<_, argon2::Error>(hash)
        });
        let made = made.await.map_err(|_ended| failed("it was given up"))?;
        made.map_err(|error| failed(&error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn each_wrong_password_makes_the_next_one_wait_longer() {
        let waits: Vec<_> = (4..9).map(wait_millis).collect();
        assert_eq!(waits, [None, Some(1000), Some(2000), Some(4000), Some(8000)]);
        let noted: Vec<_> = (10..12).map(long_wait).collect();
        let told = "for 64 s, after 11 wrong passwords in a row".to_owned();
        assert_eq!(noted, [None, Some(told)]);
        for many in [15, 68, 69, 1000, u32::MAX] {
            assert_eq!(wait_millis(many), Some(900_000), "after {many}");
        }
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let passwords = Passwords::default();
        let kept = passwords.hash("hemmelig ord", &Zeros).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcH"), "{kept}");
        assert!(!kept.contains("hemmelig"));
        assert!(passwords.matches("hemmelig ord", Some(&kept)).await.unwrap());
        for (password, kept) in [
            ("hemmelig", Some(kept.as_str())),
            ("", Some(kept.as_str())),
            ("hemmelig ord", Some("nonsense")),
            ("hemmelig ord", None),
        ] {
            assert!(
                !passwords.matches(password, kept).await.unwrap(),
                "{password:?} {kept:?}"
            );
        }
    }
}

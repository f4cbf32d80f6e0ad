//! The people who use the console: who they are, what they may do, and their sessions.
//!
//! They belong to the installation, not to a merchant, so that somebody signs in by name alone; whose orders they see
//! is written with each of them. Sessions are random text of which the hash is kept.

use crate::passwords::{long_wait, refused_for_long, wait_millis};
use crate::reach::Reach;
use crate::secrets::random_text;
use crate::trail::Placed;
use crate::work::{Stop, Work};
use crate::{Book, BookError, Document, NotSignedIn};
use order::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::rows::{DocumentKey, Load, SessionRow};

/// The tenant of what belongs to no merchant.
pub(crate) const INSTALLATION: MerchantId = MerchantId(0);
/// The kind of the documents that people are kept as.
pub(crate) const PERSON: &str = "person";
/// How many people a list shows at the most.
const MOST: u64 = 1000;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// The letters of one-time passwords: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What somebody may do in the console. Each includes what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at everything but secrets.
    View,
    /// Act on orders: capture, refund, cancel, ship, and so on.
    Act,
    /// Look after credentials, webhooks, people and imports.
    Administer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::View, Self::Act, Self::Administer];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Act => "act",
            Self::Administer => "administer",
        }
    }

    /// The role that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Somebody who uses the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What they sign in as, as it was written; compared without case.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whose orders they see.
    #[serde(default, rename = "merchant", skip_serializing_if = "Reach::is_all")]
    pub reach: Reach,
    /// Whether their password is one that was made for them, and must be changed before anything else.
    #[serde(default)]
    pub must_change: bool,
    password: String,
    #[serde(default)]
    pub(crate) removed: bool,
    /// Counts password changes: sessions of an earlier one are worthless.
    #[serde(default)]
    epoch: u32,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    locked_until: Timestamp,
}

impl Person {
    /// Whether they may see this merchant's orders.
    pub fn sees(&self, merchant: MerchantId) -> bool {
        self.reach.has(merchant)
    }

    /// Whether somebody can have this name: 1 to 100 characters, no control characters, and no spaces around them.
    pub fn can_be_called(name: &str) -> bool {
        let length = name.chars().count();
        (1..=LONGEST_NAME).contains(&length) && name.trim() == name && !name.chars().any(char::is_control)
    }

    /// Whether this is what they sign in as, however it is written.
    pub fn is_called(&self, name: &str) -> bool {
        fold(&self.name) == fold(name)
    }
}

/// Somebody who is to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What they sign in as.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whose orders they see.
    pub reach: Reach,
    /// Whether the password that is made for them is good for one time only.
    pub must_change: bool,
}

/// What is kept with a session.
#[derive(Debug, Serialize, Deserialize)]
struct Grants {
    person: String,
    epoch: u32,
}

/// Somebody, as the audit trail has them.
fn subject(name: &str) -> String {
    format!("person {}", fold(name))
}

pub(crate) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

pub(crate) fn key(name: &str) -> DocumentKey {
    DocumentKey {
        kind: PERSON.to_owned(),
        id: fold(name),
    }
}

impl Book {
    /// Adds somebody, and gives the password that was made for them.
    ///
    /// # Errors
    /// [`BookError::Exists`] when somebody has this name.
    pub async fn add_person(&self, new: NewPerson) -> Result<String, BookError> {
        let (password, hash) = self.fresh_password().await?;
        let load = Load {
            merchant: INSTALLATION.0,
            documents: vec![key(&new.name)],
            ..Load::default()
        };
        let name = new.name.clone();
        let rights = self.rights(new.role, &new.reach).await?;
        let note = self.note_person("person.add", &name, rights).await?;
        let run = move |work: &mut Work<'_>| -> Result<bool, Stop> {
            let before = work.document::<Person>(0)?;
            if before.as_ref().is_some_and(|before| !before.body.removed) {
                return Ok(false);
            }
            let epoch = before
                .as_ref()
                .map_or(0, |before| before.body.epoch.saturating_add(1));
            let person = Person {
                name: new.name.trim().to_owned(),
                role: new.role,
                reach: new.reach.clone(),
                must_change: new.must_change,
                password: hash.clone(),
                removed: false,
                epoch,
                failures: 0,
                locked_until: Timestamp::default(),
            };
            let mut document = Document::new(PERSON, fold(&new.name), work.now(), person);
            document.version = work.version_of(0);
            document.owner = new.reach.owner();
            work.put(&document)?;
            work.note(&note);
            Ok(true)
        };
        match Box::pin(self.transact(load, run)).await? {
            Ok(true) => Ok(password),
            Ok(false) | Err(_) => Err(BookError::Exists(format!("person {name}"))),
        }
    }

    /// The people whose document hangs on this.
    pub(crate) async fn people_owned(&self, owner: &str) -> Result<Vec<Person>, BookError> {
        let page = self
            .documents::<Person>(INSTALLATION, (PERSON, Some(owner)), 0, MOST)
            .await?;
        let people = page.documents.into_iter().map(|document| document.body);
        Ok(people.filter(|person| !person.removed).collect())
    }

    /// Gives somebody a new password, good for one time; all their sessions end.
    ///
    /// # Errors
    /// [`BookError::Unknown`] when there is nobody of this name.
    pub async fn reset_person(&self, name: &str) -> Result<String, BookError> {
        let (password, hash) = self.fresh_password().await?;
        let detail = "a one-time password; all sessions end".to_owned();
        let note = self.note_person("person.password", name, detail).await?;
        self.change_person(name, Some(note), move |person, _now| person.take(&hash, true))
            .await?;
        Ok(password)
    }

    /// Lets somebody in no more.
    ///
    /// # Errors
    /// [`BookError::Unknown`] when there is nobody of this name.
    pub async fn remove_person(&self, name: &str) -> Result<(), BookError> {
        let note = self.note_person("person.remove", name, String::new()).await?;
        self.change_person(name, Some(note), |person, _now| person.removed = true)
            .await
            .map(drop)
    }

    /// Lets somebody in by name and password: the text of their session, good for so many seconds.
    ///
    /// # Errors
    /// When the database fails; the inner error says why they are not let in.
    pub async fn enter(
        &self,
        name: &str,
        password: &str,
        seconds: i64,
    ) -> Result<Result<String, NotSignedIn>, BookError> {
        let person = match self.check_person(name, password).await? {
            Ok(person) => person,
            Err(refused) => return Ok(Err(refused)),
        };
        self.open_session(&person, seconds).await.map(Ok)
    }

    /// Changes somebody's own password, which ends all their sessions; the text of a new one.
    ///
    /// # Errors
    /// When the database fails; the inner error says why the password that they have is not theirs.
    pub async fn change_own_password(
        &self,
        name: &str,
        (old, new): (&str, &str),
        seconds: i64,
    ) -> Result<Result<String, NotSignedIn>, BookError> {
        if let Err(refused) = self.check_person(name, old).await? {
            return Ok(Err(refused));
        }
        let hash = self
            .inner
            .passwords
            .hash(new, self.inner.entropy.as_ref())
            .await?;
        let note = self
            .note_person("person.password", name, "their own".to_owned())
            .await?;
        let person = self
            .change_person(name, Some(note), move |person, _now| person.take(&hash, false))
            .await?;
        self.open_session(&person, seconds).await.map(Ok)
    }

    /// Whose session this is, while it lasts.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn visitor(&self, session: &str) -> Result<Option<Person>, BookError> {
        let hash = self.inner.salt.hash(session);
        let Some(row) = self.store().session(INSTALLATION.0, &hash).await? else {
            return Ok(None);
        };
        if row.expires_at <= self.now().0 {
            return Ok(None);
        }
        let Ok(grants) = serde_json::from_str::<Grants>(&row.grants) else {
            return Ok(None);
        };
        let person = self.person(&grants.person).await?;
        Ok(person.filter(|person| person.epoch == grants.epoch))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave(&self, session: &str) -> Result<(), BookError> {
        let hash = self.inner.salt.hash(session);
        self.store().delete_session(INSTALLATION.0, &hash).await?;
        Ok(())
    }

    /// What the forms of a session carry, so that no other site can send them: nobody finds it who has not the session.
    pub fn form_token(&self, session: &str) -> String {
        self.inner.salt.hash(&format!("form {session}"))
    }

    /// Somebody of this name.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn person(&self, name: &str) -> Result<Option<Person>, BookError> {
        let found = self.document::<Person>(INSTALLATION, PERSON, &fold(name)).await?;
        Ok(found
            .map(|document| document.body)
            .filter(|person| !person.removed))
    }

    /// Somebody who has this name and password. Wrong ones are counted, and make the next one wait.
    async fn check_person(
        &self,
        name: &str,
        password: &str,
    ) -> Result<Result<Person, NotSignedIn>, BookError> {
        let person = self.person(name).await?;
        let wait = person
            .as_ref()
            .map_or(0, |person| person.locked_until.0.saturating_sub(self.now().0));
        if wait > 0 {
            let retry_seconds = wait.saturating_add(999) / 1000;
            return Ok(Err(NotSignedIn::TooOften { retry_seconds }));
        }
        let kept = person.as_ref().map(|person| person.password.as_str());
        let is_right = self.inner.passwords.matches(password, kept).await?;
        let Some(person) = person else {
            return Ok(Err(NotSignedIn::Wrong));
        };
        if is_right && person.failures == 0 {
            return Ok(Ok(person));
        }
        let failures = person.failures.saturating_add(1);
        let note = match long_wait(failures).filter(|_| !is_right) {
            Some(told) => Some(
                self.placed(
                    INSTALLATION,
                    refused_for_long("person.refused", &subject(name), told),
                )
                .await?,
            ),
            None => None,
        };
        let counted = self
            .change_person(name, note, move |person, now| {
                person.failures = if is_right {
                    0
                } else {
                    person.failures.saturating_add(1)
                };
                if let Some(wait) = wait_millis(person.failures) {
                    person.locked_until = now.plus_millis(wait);
                }
            })
            .await?;
        Ok(if is_right {
            Ok(counted)
        } else {
            Err(NotSignedIn::Wrong)
        })
    }

    async fn open_session(&self, person: &Person, seconds: i64) -> Result<String, BookError> {
        let text = random_text(self.inner.entropy.as_ref());
        let grants = Grants {
            person: fold(&person.name),
            epoch: person.epoch,
        };
        let row = SessionRow {
            merchant: INSTALLATION.0,
            hash: self.inner.salt.hash(&text),
            grants: serde_json::to_string(&grants).unwrap_or_default(), // text keys only: it never fails
            expires_at: self.now().plus_millis(seconds.saturating_mul(1000)).0,
        };
        self.store().add_session(&row).await?;
        Ok(text)
    }

    /// A note of what was done to somebody; by themselves unless the book acts for another.
    pub(crate) async fn note_person(
        &self,
        action: &'static str,
        name: &str,
        detail: String,
    ) -> Result<Placed, BookError> {
        let who = subject(name);
        let note = self.note_by(&who, action, who.clone(), detail);
        self.placed(INSTALLATION, note).await
    }

    /// What somebody may do, and whose orders they see, for the audit trail.
    pub(crate) async fn rights(&self, role: Role, reach: &Reach) -> Result<String, BookError> {
        let seen = match reach {
            Reach::All => vec!["all merchants".to_owned()],
            Reach::These(_) => {
                let known = self.merchants().await?.into_iter();
                let seen = known.filter(|merchant| reach.has(merchant.id));
                seen.map(|merchant| merchant.name).collect()
            }
        };
        Ok(format!("{} of {}", role.as_str(), seen.join(", ")))
    }

    /// A password that nobody can guess and somebody can type: 100 random bits, and the hash of it.
    async fn fresh_password(&self) -> Result<(String, String), BookError> {
        let mut bytes = [0; 20];
        self.inner.entropy.fill(&mut bytes);
        let letters = |part: &[u8]| -> String {
            let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
            part.iter().filter_map(letter).collect()
        };
        let parts: Vec<String> = bytes.chunks(5).map(letters).collect();
        let password = parts.join("-");
        let hash = self
            .inner
            .passwords
            .hash(&password, self.inner.entropy.as_ref())
            .await?;
        Ok((password, hash))
    }

    async fn change_person(
        &self,
        name: &str,
        note: Option<Placed>,
        change: impl Fn(&mut Person, Timestamp) + Send + 'static,
    ) -> Result<Person, BookError> {
        let load = Load {
            merchant: INSTALLATION.0,
            documents: vec![key(name)],
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| -> Result<Option<Person>, Stop> {
            let kept = work.document::<Person>(0)?.filter(|kept| !kept.body.removed);
            let Some(mut kept) = kept else {
                return Ok(None);
            };
            change(&mut kept.body, work.now());
            work.put(&kept)?;
            if let Some(note) = &note {
                work.note(note);
            }
            Ok(Some(kept.body))
        };
        let done = Box::pin(self.transact(load, run)).await?;
        done.ok()
            .flatten()
            .ok_or_else(|| BookError::Unknown(format!("person {name}")))
    }
}

impl Person {
    /// Takes a new password, which ends what was begun with the old one.
    fn take(&mut self, hash: &str, must_change: bool) {
        hash.clone_into(&mut self.password);
        self.must_change = must_change;
        self.epoch = self.epoch.saturating_add(1);
        (self.failures, self.locked_until) = (0, Timestamp::default());
    }
}

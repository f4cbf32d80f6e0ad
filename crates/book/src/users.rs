//! The merchant's users: people who sign in.
//!
//! A user has names (mail addresses, phone numbers), at most one password, and the numbers of the customers whose
//! orders they may see. Each name belongs to one user.

use crate::passwords::{long_wait, refused_for_long, wait_millis};
use crate::trail::Placed;
use crate::work::{Stop, Work};
use crate::{Book, BookError, Document};
use order::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::rows::{DocumentKey, Load};

/// The kind of the documents that users are kept as.
const USER: &str = "user";
/// The kind of the documents that say whose a name is.
const NAME: &str = "user-name";
/// The kind of the documents that say which users see a customer's orders: they hang on the customer.
const OF_CUSTOMER: &str = "user-of-customer";
/// How many users of one customer are told, the newest first.
const MOST: u64 = 100;
/// The first number of a customer who is one because a user needed a number.
const FIRST_CUSTOMER: i64 = 8_000_000_000;

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id that clients know them by.
    pub unique_id: String,
    /// What they call themselves, as they wrote it: mail addresses, phone numbers.
    pub names: Vec<String>,
    /// The customers whose orders they may see; their own is the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<i64>,
    /// Whether somebody has made sure that the names are theirs.
    #[serde(default)]
    pub verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    locked_until: Timestamp,
}

impl User {
    /// What they sign in with here: their names but for those that another system knows them by.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().map(String::as_str);
        names.filter(|name| !name.starts_with(EXTERNAL))
    }

    /// Whether they can sign in with a password.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Counts a wrong password, and makes the next one wait longer and longer.
    fn fail(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if let Some(wait) = wait_millis(self.failures) {
            self.locked_until = now.plus_millis(wait);
        }
    }
}

/// A user who is to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What they call themselves.
    pub name: String,
    /// Their password, if they have one.
    pub password: Option<String>,
    /// Whether somebody has made sure that the name is theirs.
    pub verified: bool,
}

/// Why somebody is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSignedIn {
    /// There is no such user, or the password is another. Which of them is not told.
    Wrong,
    /// Too many wrong passwords; the right one is not looked at either.
    TooOften {
        /// In how many seconds the next one is.
        retry_seconds: i64,
    },
}

/// What the names of users begin with who sign in somewhere else. What follows is that place's own id.
const EXTERNAL: &str = "AID:";

/// A name as it is compared: without the space around it, and without case unless it is another system's id.
fn fold(name: &str) -> String {
    let name = name.trim();
    if name.starts_with(EXTERNAL) {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}

/// A user, as the audit trail has them: not by a name that tells who they are.
fn subject(unique_id: &str) -> String {
    format!("user {unique_id}")
}

fn user_key(id: &str) -> DocumentKey {
    DocumentKey {
        kind: USER.to_owned(),
        id: id.to_owned(),
    }
}

fn name_key(name: &str) -> DocumentKey {
    DocumentKey {
        kind: NAME.to_owned(),
        id: fold(name),
    }
}

impl Book {
    /// A user, by the id that clients know them by.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn user(&self, merchant: MerchantId, unique_id: &str) -> Result<Option<User>, BookError> {
        let found = self.document::<User>(merchant, USER, unique_id).await?;
        Ok(found.map(|user| user.body))
    }

    /// The user of this name.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn user_named(&self, merchant: MerchantId, name: &str) -> Result<Option<User>, BookError> {
        match self.document::<String>(merchant, NAME, &fold(name)).await? {
            Some(id) => self.user(merchant, &id.body).await,
            None => Ok(None),
        }
    }

    /// The users who see a customer's orders, at most 100.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn users_of(&self, merchant: MerchantId, customer: i64) -> Result<Vec<User>, BookError> {
        let owner = customer.to_string();
        let links = self
            .documents::<String>(merchant, (OF_CUSTOMER, Some(&owner)), 0, MOST)
            .await?;
        let mut users = Vec::new();
        for link in links.documents {
            users.extend(self.user(merchant, &link.body).await?);
        }
        Ok(users)
    }

    /// Adds a user of this name; none when there is one already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_user(&self, merchant: MerchantId, new: NewUser) -> Result<Option<User>, BookError> {
        let entropy = self.inner.entropy.as_ref();
        let password = match &new.password {
            Some(password) => Some(self.inner.passwords.hash(password, entropy).await?),
            None => None,
        };
        let load = Load {
            merchant: merchant.0,
            documents: vec![name_key(&new.name)],
            ..Load::default()
        };
        let name = new.name.trim().to_owned();
        // Users who come by themselves, or through a client, are no news of the administration.
        let place = match self.actor {
            Some(_) => Some(self.trail_place(merchant).await?),
            None => None,
        };
        let book = self.clone();
        let run = move |work: &mut Work<'_>| {
            if work.document::<String>(0)?.is_some() {
                return Ok(None);
            }
            let user = User {
                unique_id: work.ids().uuid().simple().to_string(),
                names: vec![name.clone()],
                customers: Vec::new(),
                verified: new.verified,
                password: password.clone(),
                failures: 0,
                locked_until: Timestamp::default(),
            };
            let now = work.now();
            let (id, body) = (user.unique_id.clone(), user.unique_id.clone());
            work.put(&Document::new(NAME, fold(&name), now, body))?;
            work.put(&Document::new(USER, id, now, user.clone()))?;
            if let Some(place) = place {
                let note = book.note("user.add", subject(&user.unique_id), String::new());
                work.note(&(place, note));
            }
            Ok(Some(user))
        };
        let done = Box::pin(self.transact(load, run)).await?;
        Ok(done.unwrap_or_default())
    }

    /// Signs a user in by name and password.
    ///
    /// # Errors
    /// When the database fails; the inner error says why they are not signed in.
    pub async fn sign_in(
        &self,
        merchant: MerchantId,
        name: &str,
        password: &str,
    ) -> Result<Result<User, NotSignedIn>, BookError> {
        let user = self.user_named(merchant, name).await?;
        let wait = user
            .as_ref()
            .map_or(0, |user| user.locked_until.0.saturating_sub(self.now().0));
        if wait > 0 {
            let retry_seconds = wait.saturating_add(999) / 1000;
            return Ok(Err(NotSignedIn::TooOften { retry_seconds }));
        }
        let kept = user.as_ref().and_then(|user| user.password.as_deref());
        let is_right = self.inner.passwords.matches(password, kept).await?;
        let Some(user) = user else {
            return Ok(Err(NotSignedIn::Wrong));
        };
        if is_right && user.failures == 0 {
            return Ok(Ok(user));
        }
        let failures = user.failures.saturating_add(1);
        let note = match long_wait(failures).filter(|_| !is_right) {
            Some(told) => {
                let note = refused_for_long("user.refused", &subject(&user.unique_id), told);
                Some(self.placed(merchant, note).await?)
            }
            None => None,
        };
        let counted = self
            .change_user((merchant, &user.unique_id), note, move |user, now| {
                if is_right {
                    user.failures = 0;
                } else {
                    user.fail(now);
                }
            })
            .await?;
        Ok(counted.filter(|_| is_right).ok_or(NotSignedIn::Wrong))
    }

    /// Gives a user a password, in the place of the one that they had. Whoever does it has made sure who they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        merchant: MerchantId,
        unique_id: &str,
        password: &str,
    ) -> Result<Option<User>, BookError> {
        let entropy = self.inner.entropy.as_ref();
        let hash = self.inner.passwords.hash(password, entropy).await?;
        let who = subject(unique_id);
        let note = self.note_by(&who, "user.password", who.clone(), String::new());
        let note = self.placed(merchant, note).await?;
        self.change_user((merchant, unique_id), Some(note), move |user, _now| {
            user.password = Some(hash.clone());
            (user.verified, user.failures, user.locked_until) = (true, 0, Timestamp::default());
        })
        .await
    }

    /// Lets a user see a customer's orders.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link_customer(
        &self,
        merchant: MerchantId,
        unique_id: &str,
        customer: i64,
    ) -> Result<Option<User>, BookError> {
        self.change_user((merchant, unique_id), None, move |user, _now| {
            if !user.customers.contains(&customer) {
                user.customers.push(customer);
            }
        })
        .await
    }

    /// The customer that a user is: the first that they were linked with, else a new one.
    ///
    /// # Errors
    /// When the database fails; [`BookError::Unknown`] when there is no such user.
    pub async fn customer_of(&self, merchant: MerchantId, unique_id: &str) -> Result<i64, BookError> {
        let unknown = || BookError::Unknown(format!("user {unique_id}"));
        let user = self.user(merchant, unique_id).await?.ok_or_else(unknown)?;
        if let Some(customer) = user.customers.first() {
            return Ok(*customer);
        }
        let fresh = self
            .store()
            .take_block(merchant.0, "user-customer", FIRST_CUSTOMER, 1)
            .await?;
        let user = self
            .change_user((merchant, unique_id), None, move |user, _now| {
                if user.customers.is_empty() {
                    user.customers.push(fresh);
                }
            })
            .await?
            .ok_or_else(unknown)?;
        user.customers.first().copied().ok_or_else(unknown)
    }

    /// Changes a user, and gives them as they are then.
    async fn change_user(
        &self,
        (merchant, unique_id): (MerchantId, &str),
        note: Option<Placed>,
        change: impl Fn(&mut User, Timestamp) + Send + 'static,
    ) -> Result<Option<User>, BookError> {
        let load = Load {
            merchant: merchant.0,
            documents: vec![user_key(unique_id)],
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| -> Result<Option<User>, Stop> {
            let Some(mut kept) = work.document::<User>(0)? else {
                return Ok(None);
            };
            let before = kept.body.customers.clone();
            change(&mut kept.body, work.now());
            for customer in kept
                .body
                .customers
                .iter()
                .filter(|customer| !before.contains(customer))
            {
                let unique_id = kept.body.unique_id.clone();
                let mut link = Document::new(
                    OF_CUSTOMER,
                    format!("{customer}/{unique_id}"),
                    work.now(),
                    unique_id,
                );
                link.owner = customer.to_string();
                work.put(&link)?;
            }
            work.put(&kept)?;
            if let Some(note) = &note {
                work.note(note);
            }
            Ok(Some(kept.body))
        };
        let done = Box::pin(self.transact(load, run)).await?;
        Ok(done.unwrap_or_default())
    }
}

//! Looking after the people who use the console: who there is, what they may do and see, and that somebody is left who
//! administers.

use crate::people::{INSTALLATION, fold, key};
use crate::reach::SEVERAL;
use crate::trail::Placed;
use crate::work::{Stop, Work};
use crate::{Book, BookError, Document, Person, Reach, Role};
use order::MerchantId;
use std::collections::BTreeSet;
use store::rows::Load;

/// How many administrators are asked whether they are left.
const ASKED: usize = 50;

/// Why people can't be changed like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unstaffed {
    /// There is nobody of this name.
    Nobody,
    /// Whoever asks for it sees less than they do, or than they would.
    NotYours,
    /// Nobody would be left who administers this merchant, or with none all of them.
    LastAdministrator(Option<MerchantId>),
}

/// What becomes of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staffing {
    /// They may do this, and see the orders of these.
    May(Role, Reach),
    /// They see this merchant's orders no more; who saw no others is let in no more.
    Leaves(MerchantId),
    /// They are let in no more.
    Removed,
}

impl Staffing {
    fn apply(&self, person: &mut Person) {
        match self {
            Self::May(role, reach) => {
                person.role = *role;
                person.reach.clone_from(reach);
            }
            Self::Leaves(merchant) => match person.reach.without(*merchant) {
                Some(left) => person.reach = left,
                None => person.removed = true,
            },
            Self::Removed => person.removed = true,
        }
    }
}

impl Person {
    /// Whether they may say what somebody may do and see, and give them a password: an administrator who sees all that
    /// the other one sees. Whoever sees less could let themselves in where they may not.
    pub fn looks_after(&self, other: &Self) -> bool {
        self.role == Role::Administer && self.reach.covers(&other.reach)
    }

    /// Whether they may ask for this to become of somebody.
    fn may_ask(&self, staffing: &Staffing, of: &Self) -> bool {
        match staffing {
            Staffing::May(_, reach) => self.looks_after(of) && self.reach.covers(reach),
            Staffing::Leaves(merchant) => {
                self.role == Role::Administer && self.sees(*merchant) && !of.reach.is_all()
            }
            Staffing::Removed => self.looks_after(of),
        }
    }

    /// Whose administrator they are by name: the operator's are so for all merchants, and for none of them alone.
    fn administers(&self) -> Vec<Option<MerchantId>> {
        if self.removed || self.role < Role::Administer {
            return Vec::new();
        }
        match &self.reach {
            Reach::All => vec![None],
            Reach::These(merchants) => merchants.iter().copied().map(Some).collect(),
        }
    }
}

impl Book {
    /// The people who see a merchant's orders and not all merchants', or with none the operator's, by their names.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn people(&self, merchant: Option<MerchantId>) -> Result<Vec<Person>, BookError> {
        let reach = merchant.map_or(Reach::All, |merchant| Reach::These(vec![merchant]));
        let mut people = self.people_owned(&reach.owner()).await?;
        if let Some(merchant) = merchant {
            let several = self.people_owned(SEVERAL).await?;
            people.extend(several.into_iter().filter(|person| person.sees(merchant)));
        }
        people.sort_by_key(|person| fold(&person.name));
        Ok(people)
    }

    /// Says what becomes of somebody, as `by` asks for it. The last administrator of a merchant, or of the operator's,
    /// stays one.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read; the inner error says why it can't be.
    pub async fn staff(
        &self,
        by: &Person,
        (name, staffing): (&str, Staffing),
    ) -> Result<Result<Person, Unstaffed>, BookError> {
        let Some(person) = self.person(name).await? else {
            return Ok(Err(Unstaffed::Nobody));
        };
        // Each of them once: somebody may stay in the place of two.
        let mut others = BTreeSet::new();
        for whose in person.administers() {
            let staff = self.people(whose).await?.into_iter();
            let staff = staff.filter(|other| other.administers().contains(&whose) && !other.is_called(name));
            others.extend(staff.take(ASKED).map(|other| fold(&other.name)));
        }
        let keys = std::iter::once(key(name)).chain(others.iter().map(|other| key(other)));
        let load = Load {
            merchant: INSTALLATION.0,
            documents: keys.collect(),
            ..Load::default()
        };
        let note = self.note_staffing(by, name, &staffing).await?;
        let by = by.clone();
        let run = move |work: &mut Work<'_>| {
            let changed = change(work, &by, &staffing)?;
            if changed.is_ok() {
                work.note(&note);
            }
            Ok(changed)
        };
        let done = Box::pin(self.transact(load, run)).await?;
        // No rule of orders is asked, so none refuses.
        Ok(done.unwrap_or(Err(Unstaffed::Nobody)))
    }
}

impl Book {
    /// What the audit trail says of what becomes of somebody.
    async fn note_staffing(&self, by: &Person, name: &str, staffing: &Staffing) -> Result<Placed, BookError> {
        let book = self.acting_for(&format!("person {}", by.name));
        let (action, detail) = match staffing {
            Staffing::May(role, reach) => ("person.change", self.rights(*role, reach).await?),
            Staffing::Leaves(merchant) => {
                let merchant = self.merchant_of(*merchant).await?;
                let name = merchant.map(|merchant| merchant.name).unwrap_or_default();
                ("person.change", format!("no more of {name}"))
            }
            Staffing::Removed => ("person.remove", String::new()),
        };
        book.note_person(action, name, detail).await
    }
}

/// Changes the first of the loaded people. The others are administrators, one of whom stays where the first was one:
/// they are written as well, so that two who take the role from each other at once can't both succeed.
fn change(work: &mut Work<'_>, by: &Person, staffing: &Staffing) -> Result<Result<Person, Unstaffed>, Stop> {
    let Some(mut kept) = work.document::<Person>(0)?.filter(|kept| !kept.body.removed) else {
        return Ok(Err(Unstaffed::Nobody));
    };
    if !by.may_ask(staffing, &kept.body) {
        return Ok(Err(Unstaffed::NotYours));
    }
    let before = kept.body.administers();
    staffing.apply(&mut kept.body);
    kept.owner = kept.body.reach.owner();
    let after = kept.body.administers();
    let mut others: Vec<Document<Person>> = Vec::new();
    for place in 1..work.documents() {
        others.extend(work.document(place)?);
    }
    let mut staying: Vec<usize> = Vec::new();
    for whose in before.into_iter().filter(|whose| !after.contains(whose)) {
        let stays = others
            .iter()
            .position(|other| other.body.administers().contains(&whose));
        match stays {
            Some(stays) => staying.push(stays),
            None => return Ok(Err(Unstaffed::LastAdministrator(whose))),
        }
    }
    staying.sort_unstable();
    staying.dedup();
    for other in staying.into_iter().filter_map(|place| others.get(place)) {
        work.put(other)?;
    }
    work.put(&kept)?;
    Ok(Ok(kept.body))
}

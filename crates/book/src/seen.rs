//! Customers and products, as the orders name them.

use crate::projection::{CUSTOMER, PRODUCT};
use crate::{Book, BookError, terms};
use order::{MerchantId, Timestamp};
use store::SeenRow;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenSort {
    /// Customers, by their numbers.
    Customers,
    /// Products, by their ids.
    Products,
}

/// A customer or a product that orders name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The customer's number, the product's id.
    pub id: String,
    /// The name that the newest order has for it.
    pub name: Option<String>,
    /// A customer's mail address on the newest order that has one.
    pub email: Option<String>,
    /// How many orders name it.
    pub orders: u64,
    /// When the first of them was placed.
    pub first_at: Timestamp,
    /// When the last of them was placed.
    pub last_at: Timestamp,
}

/// One page of them.
#[derive(Debug, Clone, Default)]
pub struct SeenPage {
    /// The page: by id, or when it was asked for by words, by the word that was found.
    pub seen: Vec<Seen>,
    /// Where to go on, as (word, id); none when there is no more. The word is empty when none was asked for.
    pub next: Option<(String, String)>,
}

/// How many rows one step looks at, and how many steps a page takes before it is given as it is.
const STEP: i64 = 500;
const STEPS: usize = 8;

impl SeenSort {
    fn word(self) -> &'static str {
        match self {
            Self::Customers => CUSTOMER,
            Self::Products => PRODUCT,
        }
    }
}

impl Book {
    /// The customer or product of this id, if any order names it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seen(
        &self,
        merchant: MerchantId,
        sort: SeenSort,
        id: &str,
    ) -> Result<Option<Seen>, BookError> {
        self.catch_up(merchant).await;
        let row = self.store().seen(merchant.0, sort.word(), id).await?;
        Ok(row.map(seen_of))
    }

    /// A page of the customers or products that orders name: all of them, or those of which each word of a text
    /// begins a word of the name, the id, or the mail address. `after` is the last page's `next`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_seen(
        &self,
        merchant: MerchantId,
        (sort, text): (SeenSort, Option<&str>),
        after: Option<(String, String)>,
        limit: usize,
    ) -> Result<SeenPage, BookError> {
        self.catch_up(merchant).await;
        let Some(text) = text else {
            let after = after.map(|(_, id)| id).unwrap_or_default();
            let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let rows = self
                .store()
                .seen_after(merchant.0, (sort.word(), &after), one_more)
                .await?;
            let mut seen: Vec<Seen> = rows.into_iter().map(seen_of).collect();
            let has_more = seen.len() > limit;
            seen.truncate(limit);
            let next = seen.last().filter(|_| has_more);
            let next = next.map(|last| (String::new(), last.id.clone()));
            return Ok(SeenPage { seen, next });
        };
        let mut words = terms::asked(text);
        // The longest is the rarest, most likely.
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        match words.split_first() {
            None => Ok(SeenPage::default()),
            Some((driver, rest)) => {
                self.seen_by_words(merchant, (sort, driver, rest), after, limit)
                    .await
            }
        }
    }

    async fn seen_by_words(
        &self,
        merchant: MerchantId,
        (sort, driver, rest): (SeenSort, &str, &[String]),
        after: Option<(String, String)>,
        limit: usize,
    ) -> Result<SeenPage, BookError> {
        let past = format!("{driver}\u{10ffff}");
        let mut place = after.unwrap_or_default();
        let mut page = SeenPage::default();
        for _ in 0..STEPS {
            let range = (sort.word(), driver, past.as_str());
            let rows = self
                .store()
                .seen_by_term(merchant.0, range, (&place.0, &place.1), STEP)
                .await?;
            let is_end = i64::try_from(rows.len()).is_ok_and(|n| n < STEP);
            for (term, row) in rows {
                let found = is_found(&row, (driver, &term), rest);
                if found && page.seen.len() == limit {
                    page.next = Some(place);
                    return Ok(page);
                }
                place = (term, row.id.clone());
                if found {
                    page.seen.push(seen_of(row));
                }
            }
            if is_end {
                return Ok(page);
            }
        }
        page.next = Some(place);
        Ok(page)
    }
}

/// Whether this row is where a thing belongs in the list: it still goes by the term, the term is the first of those
/// that begin so, and all other words are there too.
fn is_found(row: &SeenRow, (driver, term): (&str, &str), rest: &[String]) -> bool {
    let terms = terms::of_seen(&row.id, &row.name, &row.detail);
    let begins = |word: &str| terms.iter().find(|term| term.starts_with(word));
    row.n > 0
        && begins(driver).is_some_and(|first| first == term)
        && rest.iter().all(|word| begins(word).is_some())
}

fn seen_of(row: SeenRow) -> Seen {
    let told = |text: String| Some(text).filter(|text| !text.is_empty());
    Seen {
        id: row.id,
        name: told(row.name),
        email: told(row.detail),
        orders: u64::try_from(row.n).unwrap_or_default(),
        first_at: Timestamp(row.first_at),
        last_at: Timestamp(row.last_at),
    }
}

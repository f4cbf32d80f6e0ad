//! The one way to write: load, decide, append.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Store;
use crate::append::parts;
use crate::driver::Driver;
use crate::driver::postgres::{Postgres, Transaction, pause};
use crate::driver::sqlite::Writing;
use crate::error::{AppendError, StoreError};
use crate::load::{self, Question, answer_questions, document_questions, order_questions};
use crate::orders::answer_row;
use crate::rows::{Changes, DocumentKey, Load, Loaded};
use crate::spans::asking;
use crate::value::{Reader, Value};

/// How often a decision is made again because others changed what it was made on.
const TRIES: u32 = 20;

/// A key that is taken in this many attempts on end isn't raced for: the decision never looked at it.
const TAKEN: u32 = 3;

impl Store {
    /// Loads what `load` names, lets `decide` look at it, and writes the changes that it asks for: all of them or
    /// none, durable when this answers.
    ///
    /// `decide` may run several times, each time on fresh rows, when others change the same rows meanwhile; what it
    /// writes is guarded by the versions that it names in `before`. What it loads and doesn't write is not guarded.
    /// Each order, and each document, may be written once in one transaction. `Err` writes nothing, and neither do
    /// empty changes.
    ///
    /// Fails with [`StoreError::Taken`] when the changes take a unique name (or the id of an order, document or
    /// delivery) that belongs to another and that `load` didn't look for, with [`StoreError::Busy`] when the guards
    /// never held, and with [`StoreError::Unavailable`] when it can't be known whether anything was written.
    pub async fn transact<T, E>(
        &self,
        load: Load,
        mut decide: impl FnMut(&Loaded) -> Result<(Changes, T), E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.transact_asking(load, move |loaded| Ok(decide(loaded))).await
    }

    /// The same for a decision that learns from what it sees that it has to see more: it asks for [`More`], which is
    /// loaded beside the rest, and decides again. It is asked for once; who asks again is refused as
    /// [`StoreError::Busy`].
    pub async fn transact_asking<T, E>(
        &self,
        load: Load,
        decide: impl FnMut(&Loaded) -> Decided<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        match &*self.driver {
            Driver::Sqlite(sqlite) => {
                let (mut load, mut decide) = (load, decide);
                let _asked = asking("transact", "orders");
                sqlite.write(move |tx| within(tx, &mut load, &mut decide)).await
            }
            // In a place of its own: it is large, and SQLite's callers would carry it about for nothing.
            Driver::Postgres(postgres) => Box::pin(over(postgres, load, decide)).await,
        }
    }
}

/// Documents that a decision must see beside what was loaded. They come after the others, in this order.
#[derive(Debug, Clone)]
pub struct More(pub Vec<DocumentKey>);

impl Load {
    fn add(&mut self, more: Vec<DocumentKey>) {
        self.documents.extend(more);
        self.more = true;
    }
}

/// What a decision comes to: what it writes and what it answers, or why nothing; or that it must see more first.
pub type Decided<T, E> = Result<Result<(Changes, T), E>, More>;

/// SQLite: all of it runs on the writer thread, inside its transaction, where nobody else writes.
fn within<T, E>(
    tx: &Writing<'_>,
    load: &mut Load,
    decide: &mut impl FnMut(&Loaded) -> Decided<T, E>,
) -> Result<Result<T, E>, StoreError> {
    let loaded = load_within(tx, load)?;
    let decided = match decide(&loaded) {
        Ok(decided) => decided,
        Err(More(more)) => {
            load.add(more);
            decide(&load_within(tx, load)?).map_err(|More(_)| StoreError::Busy)?
        }
    };
    match decided {
        Err(refusal) => Ok(Err(refusal)),
        Ok((changes, outcome)) => {
            tx.append(load.merchant, &parts(&[&changes]))
                .map_err(final_error)?;
            Ok(Ok(outcome))
        }
    }
}

fn load_within(tx: &Writing<'_>, load: &Load) -> Result<Loaded, StoreError> {
    let mut orders = Vec::new();
    for question in order_questions(load) {
        orders.extend(ask_within(tx, "orders", &question, load::placed_order)?);
    }
    let mut documents = Vec::new();
    for question in document_questions(load) {
        documents.extend(ask_within(tx, "documents", &question, load::placed_document)?);
    }
    let mut answers = Vec::new();
    for question in answer_questions(load) {
        answers.extend(ask_within(tx, "answers", &question, answer_row)?);
    }
    Ok(load::assemble(load, orders, documents, answers))
}

fn ask_within<T>(
    tx: &Writing<'_>,
    table: &'static str,
    question: &Question<'_>,
    reader: Reader<T>,
) -> Result<Vec<T>, StoreError> {
    crate::value::check(&question.params)?;
    tx.query(table, &question.sql, &question.params, reader)
}

/// PostgreSQL: optimistic at first, with the rows locked after a conflict.
async fn over<T, E>(
    postgres: &Postgres,
    mut load: Load,
    mut decide: impl FnMut(&Loaded) -> Decided<T, E>,
) -> Result<Result<T, E>, StoreError> {
    let mut loaded = load_over(&Route::Shared(postgres), &load).await?;
    let mut taken: u32 = 0;
    let mut last = AppendError::Again;
    for attempt in 0..TRIES {
        let locked = if attempt == 0 {
            None
        } else {
            pause(attempt.saturating_sub(1)).await;
            let tx = postgres.begin().await?;
            match lock_and_load(&tx, &load, &loaded).await {
                Ok(fresh) => loaded = fresh,
                // A deadlock, most likely; the transaction is undone with its connection.
                Err(StoreError::Busy) => continue,
                Err(error) => return Err(error),
            }
            Some(tx)
        };
        let route = locked.as_ref().map_or(Route::Shared(postgres), Route::Locked);
        let (changes, outcome) = match seeing_all(&route, (&mut load, &mut loaded), &mut decide).await {
            Ok(Ok(decision)) => decision,
            Ok(Err(refusal)) => return undo(locked).await.map(|()| Err(refusal)),
            Err(StoreError::Busy) => {
                undo(locked).await?;
                continue;
            }
            Err(failed) => return undo(locked).await.and(Err(failed)),
        };
        if changes.is_empty() {
            return undo(locked).await.map(|()| Ok(outcome));
        }
        let _asked = asking("append", "orders");
        let appended = match &locked {
            None => postgres.append(load.merchant, changes).await,
            Some(tx) => tx.append(load.merchant, &changes).await,
        };
        match appended {
            Ok(()) => match locked {
                None => return Ok(Ok(outcome)),
                Some(tx) => return tx.end(true).await.map(|()| Ok(outcome)),
            },
            Err(AppendError::Store(error)) => return undo(locked).await.and(Err(error)),
            Err(conflict) => {
                taken = if matches!(conflict, AppendError::Taken(_)) {
                    taken.saturating_add(1)
                } else {
                    0
                };
                last = conflict;
                undo(locked).await?;
                if taken >= TAKEN {
                    break;
                }
            }
        }
    }
    Err(final_error(last))
}

/// Decides, loading what the decision asks for beside the rest.
async fn seeing_all<T, E>(
    route: &Route<'_>,
    (load, loaded): (&mut Load, &mut Loaded),
    decide: &mut impl FnMut(&Loaded) -> Decided<T, E>,
) -> Result<Result<(Changes, T), E>, StoreError> {
    let More(more) = match decided(decide, loaded)? {
        Ok(decided) => return Ok(decided),
        Err(more) => more,
    };
    load.add(more);
    *loaded = match route {
        Route::Shared(_) => load_over(route, load).await?,
        Route::Locked(tx) => lock_and_load(tx, load, loaded).await?,
    };
    decided(decide, loaded)?.map_err(|More(_)| StoreError::Busy)
}

fn decided<T, E>(
    decide: &mut impl FnMut(&Loaded) -> Decided<T, E>,
    loaded: &Loaded,
) -> Result<Decided<T, E>, StoreError> {
    catch_unwind(AssertUnwindSafe(|| decide(loaded)))
        .map_err(|panic| StoreError::Panicked(panic_text(&*panic)))
}

async fn undo(locked: Option<Transaction<'_>>) -> Result<(), StoreError> {
    match locked {
        Some(tx) => tx.end(false).await,
        None => Ok(()),
    }
}

fn final_error(error: AppendError) -> StoreError {
    match error {
        AppendError::Stale | AppendError::Again => StoreError::Busy,
        AppendError::Taken(key) => StoreError::Taken(key),
        AppendError::Store(error) => error,
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .to_owned()
}

/// Over which connection a load goes.
enum Route<'a> {
    Shared(&'a Postgres),
    Locked(&'a Transaction<'a>),
}

impl Route<'_> {
    async fn ask<T>(
        &self,
        table: &'static str,
        questions: Vec<Question<'_>>,
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        for question in questions {
            let Question { sql, params } = &question;
            crate::value::check(params)?;
            found.extend(match self {
                Self::Shared(postgres) => postgres.query(table, sql, params, reader).await?,
                Self::Locked(tx) => tx.query(table, sql, params, reader).await?,
            });
        }
        Ok(found)
    }
}

/// The questions are sent together: one round trip, unless there are hundreds of keys.
async fn load_over(route: &Route<'_>, load: &Load) -> Result<Loaded, StoreError> {
    let _asked = asking("load", "orders");
    let (orders, documents, answers) = tokio::try_join!(
        route.ask("orders", order_questions(load), load::placed_order),
        route.ask("documents", document_questions(load), load::placed_document),
        route.ask("answers", answer_questions(load), answer_row),
    )?;
    Ok(load::assemble(load, orders, documents, answers))
}

/// Locks the orders that the attempt before has seen, and the documents, each in the order of their keys; then loads
/// again, so that the decision sees what nobody else can change any more.
async fn lock_and_load(tx: &Transaction<'_>, load: &Load, before: &Loaded) -> Result<Loaded, StoreError> {
    let orders: BTreeSet<i64> = before.orders.iter().flatten().map(|order| order.id).collect();
    for id in orders {
        let sql = "SELECT id FROM orders WHERE merchant = $1 AND id = $2 FOR UPDATE";
        tx.query(
            "orders",
            sql,
            &[Value::Int(load.merchant), Value::Int(id)],
            |row| row.int(0),
        )
        .await?;
    }
    let documents: BTreeSet<(&str, &str)> = load
        .documents
        .iter()
        .map(|DocumentKey { kind, id }| (&**kind, &**id))
        .collect();
    for (kind, id) in documents {
        let sql = "SELECT id FROM documents WHERE merchant = $1 AND kind = $2 AND id = $3 FOR UPDATE";
        let params = [Value::Int(load.merchant), Value::Text(kind), Value::Text(id)];
        tx.query("documents", sql, &params, |row| row.text(0)).await?;
    }
    load_over(&Route::Locked(tx), load).await
}

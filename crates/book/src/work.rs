//! One unit of work: what a transaction has loaded, and what it will write.

use crate::codec::{before_of, event_row, names_of, order_of, order_row, products_of, references_of};
use crate::trail::Placed;
use crate::{Book, BookError, Document, owed, stock};
use order::{Command, Context, Event, Fact, Ids, Order, Refusal, Timestamp, apply, decide};
use serde::{Serialize, de::DeserializeOwned};
use store::rows::{Changes, DocumentKey, DocumentWrite, Loaded, NoteRow, OrderWrite};

/// The kind of the documents that say which orders of others a customer gets something of: they hang on the customer, and
/// say the order's id.
pub const RECEIVED: &str = "connect.received";

/// What came of commands on one order.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The order as it was, if it was.
    pub before: Option<Order>,
    /// The order as it is now.
    pub order: Order,
    /// What happened; nothing when all was done already.
    pub events: Vec<Event>,
}

/// What a transaction has loaded, and what it will write. Use cases run their commands on it.
pub struct Work<'a> {
    loaded: &'a Loaded,
    context: Context,
    /// Whether the merchant is told what happens.
    listens: bool,
    changes: Changes,
}

/// Why a use case stops: it is refused, or something is wrong with what is kept.
#[derive(Debug)]
pub(crate) enum Stop {
    Refused(Refusal),
    Failed(BookError),
    /// The id of the order that was to be registered is one that another system's order goes by.
    IdTaken,
    /// It has to see these documents first.
    More(Vec<DocumentKey>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BookError> for Stop {
    fn from(error: BookError) -> Self {
        Self::Failed(error)
    }
}

impl<'a> Work<'a> {
    pub(crate) fn new(loaded: &'a Loaded, context: Context, listens: bool) -> Self {
        Self {
            loaded,
            context,
            listens,
            changes: Changes::default(),
        }
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    /// The time that it happens at.
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Fresh ids.
    pub fn ids(&mut self) -> &mut Ids {
        &mut self.context.ids
    }

    /// The first of the loaded orders at these places that exists.
    pub(crate) fn first_order(&self, places: std::ops::Range<usize>) -> Result<Option<Order>, BookError> {
        let rows = self.loaded.orders.get(places).unwrap_or_default();
        rows.iter().flatten().next().map(order_of).transpose()
    }

    /// Whether any of the loaded orders at these places exists.
    pub(crate) fn is_taken(&self, places: std::ops::Range<usize>) -> bool {
        self.loaded
            .orders
            .get(places)
            .unwrap_or_default()
            .iter()
            .any(Option::is_some)
    }

    /// The loaded document at this place.
    pub(crate) fn document<T: DeserializeOwned>(
        &self,
        place: usize,
    ) -> Result<Option<Document<T>>, BookError> {
        self.loaded
            .documents
            .get(place)
            .and_then(Option::as_ref)
            .map(Document::of_row)
            .transpose()
    }

    /// Documents that only what was loaded shows to be needed; asked for once.
    pub(crate) fn more<T: DeserializeOwned>(
        &self,
        keys: Vec<DocumentKey>,
    ) -> Result<Vec<Option<Document<T>>>, Stop> {
        if !self.loaded.more {
            return Err(Stop::More(keys));
        }
        let find = |key: &DocumentKey| {
            let rows = self.loaded.documents.iter().flatten();
            let mut rows = rows.filter(|row| row.kind == key.kind && row.id == key.id);
            Ok(rows.next().map(Document::of_row).transpose()?)
        };
        keys.iter().map(find).collect()
    }

    /// The version of the loaded document at this place; zero when there is none.
    pub(crate) fn version_of(&self, place: usize) -> i64 {
        let row = self.loaded.documents.get(place).and_then(Option::as_ref);
        row.map_or(0, |row| row.version)
    }

    /// How many documents were asked for.
    pub(crate) fn documents(&self) -> usize {
        self.loaded.documents.len()
    }

    /// Writes a document, new or in the place of the version that was loaded.
    pub(crate) fn put<T: Serialize>(&mut self, document: &Document<T>) -> Result<(), BookError> {
        let (row, before) = document.to_row(self.context.now)?;
        self.changes.documents.push(DocumentWrite { row, before });
        Ok(())
    }

    /// Notes what is changed, in the transaction that changes it.
    pub(crate) fn note(&mut self, (id, note): &Placed) {
        let (id, at, note) = (*id, self.context.now.0, note.clone());
        self.changes.notes.push(NoteRow { id, at, note });
    }

    /// Whether the merchant is told what happens.
    pub(crate) fn listens(&self) -> bool {
        self.listens
    }

    /// Owes a call.
    pub(crate) fn owe(&mut self, call: store::rows::DeliveryRow) {
        self.changes.deliveries.push(call);
    }

    /// Whether a command would be done. Nothing is taken down.
    pub(crate) fn check(&mut self, order: &Order, command: &Command) -> Result<(), Refusal> {
        decide(Some(order), command, &mut self.context).map(drop)
    }

    /// Runs commands on one order, one after the other, and takes down what they come to. The first that is refused
    /// refuses the whole work.
    pub(crate) fn run(&mut self, before: Option<Order>, commands: &[Command]) -> Result<Outcome, Stop> {
        let mut current = before.clone();
        let mut events = Vec::new();
        for command in commands {
            for event in decide(current.as_ref(), command, &mut self.context)? {
                current =
                    Some(apply(current.take(), &event).map_err(|source| journal(before.as_ref(), source))?);
                events.push(event);
            }
        }
        let mut order = current.ok_or(Refusal::UnknownOrder)?;
        if let Some(command) = stock::moved(self, &order, &events)? {
            for event in decide(Some(&order), &command, &mut self.context)? {
                order = apply(Some(order), &event).map_err(|source| journal(before.as_ref(), source))?;
                events.push(event);
            }
        }
        if !events.is_empty() {
            self.take_down(before.as_ref(), &order, &events)?;
        }
        Ok(Outcome {
            before,
            order,
            events,
        })
    }

    fn take_down(
        &mut self,
        before: Option<&Order>,
        order: &Order,
        events: &[Event],
    ) -> Result<(), BookError> {
        order::check(order).map_err(|source| BookError::Broken {
            id: order.id.0,
            source,
        })?;
        let first = before.map_or(1, |before| before.version.saturating_add(1));
        let rows = (first..)
            .zip(events)
            .map(|(sequence, event)| event_row(event, sequence, order.id.0));
        let known = before.map(names_of).unwrap_or_default();
        let shared = before.map(references_of).unwrap_or_default();
        let written = self.loaded.orders.iter().flatten();
        let written = written.into_iter().find(|row| row.id == order.id.0);
        let basket = written.map_or(0, |row| row.basket);
        let mut row = order_row(order, self.context.now)?;
        if before.is_some() && basket == 0 {
            row.basket = 0; // what was written without a basket stays without
        }
        self.changes.orders.push(OrderWrite {
            row,
            before: before.map(|before| before_of(before, basket)),
            events: rows.collect::<Result<_, _>>()?,
            names: names_of(order)
                .into_iter()
                .filter(|name| !known.contains(name))
                .collect(),
            references: references_of(order)
                .into_iter()
                .filter(|name| !shared.contains(name))
                .collect(),
            products: products_of(order),
        });
        self.note_recipients(order, events)?;
        let asker = (&mut self.context.ids, self.context.now);
        let owed = owed::calls(before, order, events, asker);
        self.changes.deliveries.extend(owed);
        if self.listens {
            let asker = (&mut self.context.ids, self.context.now);
            self.changes.deliveries.extend(owed::told(before, order, asker));
        }
        Ok(())
    }

    /// Notes who gets something of a new order without buying it, so that it is found by them.
    fn note_recipients(&mut self, order: &Order, events: &[Event]) -> Result<(), BookError> {
        let Some(Fact::Registered(made)) = events.first().map(|event| &event.fact) else {
            return Ok(());
        };
        for recipient in &made.entails.recipients {
            let id = format!("{recipient}/{}", order.id);
            let mut link = Document::new(RECEIVED, id, self.context.now, order.id.0);
            link.owner.clone_from(recipient);
            self.put(&link)?;
        }
        Ok(())
    }
}

fn journal(order: Option<&Order>, source: order::Misplaced) -> BookError {
    BookError::Journal {
        id: order.map_or(0, |order| order.id.0),
        source,
    }
}

impl Book {
    /// Whether a command could be done to an order as it stands now.
    ///
    /// # Errors
    /// The [`Refusal`] of the rules.
    pub fn would(&self, order: &Order, command: &Command) -> Result<(), Refusal> {
        decide(Some(order), command, &mut self.context()).map(drop)
    }

    pub(crate) fn ids(&self) -> Ids {
        let mut seed = [0; 16];
        self.inner.entropy.fill(&mut seed);
        Ids::from_seed(seed)
    }

    pub(crate) fn context(&self) -> Context {
        Context {
            now: self.now(),
            ids: self.ids(),
            numbers: self.inner.settings.numbers,
        }
    }
}

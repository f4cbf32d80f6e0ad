//! Running commands: the one way in which orders change.

use crate::read::Reference;
use crate::work::{Outcome, Stop, Work};
use crate::{Book, BookError};
use order::{Command, MerchantId, Order, Refusal, Registration, Timestamp};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::More;
use store::rows::{AnswerKey, AnswerRow, Changes, Load, Loaded, OrderKey};

use crate::request_once::RequestOnce;

/// What is to be done, all of it in one transaction.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose orders.
    pub merchant: MerchantId,
    /// On which orders, and what. A later step sees nothing of an earlier one's order.
    pub steps: Vec<Step>,
}

/// Commands on one order.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which order.
    pub target: Target,
    /// What, one after the other.
    pub commands: Vec<Command>,
}

/// Which order a step is about.
#[derive(Debug, Clone)]
pub enum Target {
    /// One that does not exist yet. Its first command is [`Command::Register`].
    New,
    /// One that should exist.
    Existing(Reference),
}

impl Request {
    /// Registers an order and goes on with it.
    pub fn register(merchant: MerchantId, registration: Registration, then: Vec<Command>) -> Self {
        let mut commands = vec![Command::Register(Box::new(registration))];
        commands.extend(then);
        Self {
            merchant,
            steps: vec![Step {
                target: Target::New,
                commands,
            }],
        }
    }

    /// Does something with one order.
    pub fn on(merchant: MerchantId, reference: Reference, command: Command) -> Self {
        let step = Step {
            target: Target::Existing(reference),
            commands: vec![command],
        };
        Self {
            merchant,
            steps: vec![step],
        }
    }
}

/// What a request would come to.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What would come of each step.
    pub outcomes: Vec<Outcome>,
    /// The addresses of the calls that would come to be owed.
    pub calls: Vec<String>,
}

/// The key under which a request's answer is kept, so that the same request again gets the same answer and does
/// nothing.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Whose key: credential, method and path, as the dialect scopes its keys.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A hash of the request ([`Idempotency::fingerprint`]).
    pub fingerprint: String,
    /// What happens when the key comes again with another request.
    pub reuse: KeyReuse,
    /// The request's own id, where it must be new.
    pub request: Option<RequestOnce>,
}

/// What happens when a key comes again with another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyReuse {
    /// The first answer is given, whatever is asked.
    Replay,
    /// The request is refused.
    Refuse,
}

/// A rendered answer, as a dialect says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON text.
    pub body: String,
}

/// How a request with a key ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Executed {
    /// It was done, or refused, just now.
    Now(Reply),
    /// It had been answered before; this is that answer.
    Before(Reply),
    /// The key belongs to another request.
    KeyReused,
}

impl Idempotency {
    /// The hash that tells one request's body from another's.
    pub fn fingerprint(body: &[u8]) -> String {
        crate::secrets::hash_text(&[body])
    }

    pub(crate) fn answer_key(&self) -> AnswerKey {
        AnswerKey {
            scope: self.scope.clone(),
            key: self.key.clone(),
        }
    }
}

/// Where the orders of each step lie among what was loaded.
struct Plan {
    load: Load,
    places: Vec<Range<usize>>,
}

impl Plan {
    fn of(request: &Request, idempotency: Option<&Idempotency>) -> Self {
        let mut orders: Vec<OrderKey> = Vec::new();
        let mut places = Vec::new();
        for step in &request.steps {
            let start = orders.len();
            match &step.target {
                Target::Existing(reference) => orders.extend(reference.keys()),
                Target::New => orders.extend(step.commands.iter().flat_map(names_wanted)),
            }
            places.push(start..orders.len());
        }
        let load = Load {
            merchant: request.merchant.0,
            orders,
            ..idempotency.map_or_else(Load::default, |idempotency| idempotency.load(request.merchant))
        };
        Self { load, places }
    }
}

/// The names that a registration wants and that another order may have: our id, by which an imported order of the
/// same dialect may go already, then the merchant's number.
fn names_wanted(command: &Command) -> Vec<OrderKey> {
    let Command::Register(registration) = command else {
        return Vec::new();
    };
    let id = Reference::Shown(registration.origin, registration.id.to_string());
    let number = registration
        .number
        .iter()
        .map(|number| Reference::Number(number.clone()));
    std::iter::once(id)
        .chain(number)
        .flat_map(|name| name.keys().into_iter().take(1))
        .collect()
}

impl Book {
    /// Runs a request. Nothing is written when any of it is refused.
    ///
    /// # Errors
    /// [`BookError`] when the database fails; the inner error is the [`Refusal`] of the rules.
    pub async fn execute(&self, request: Request) -> Result<Result<Vec<Outcome>, Refusal>, BookError> {
        let mut request = Arc::new(request);
        loop {
            let (plan, asked) = (Plan::of(&request, None), Arc::clone(&request));
            let run = move |work: &mut Work<'_>| run_steps(work, &asked, &plan.places);
            match self.try_transact(plan.load, run).await? {
                Ok(outcomes) => return Ok(Ok(outcomes)),
                Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::IdTaken) => request = Arc::new(self.renumbered(&request).await?),
                Err(Stop::More(_)) => return Err(unseen()),
            }
        }
    }

    /// Whether a command would change this order as it stands, without asking the database.
    ///
    /// # Errors
    /// The [`Refusal`] of the rules.
    pub fn would_change(&self, order: &Order, command: &Command) -> Result<bool, Refusal> {
        let events = order::decide(Some(order), command, &mut self.context())?;
        Ok(!events.is_empty())
    }

    /// What a request would come to, by the same path, as things stand now. Nothing is written.
    ///
    /// # Errors
    /// [`BookError`] when the database fails; the inner error is the [`Refusal`] of the rules.
    pub async fn preview(&self, request: Request) -> Result<Result<Preview, Refusal>, BookError> {
        let listens = self.listens(request.merchant).await?;
        let (book, plan) = (self.clone(), Plan::of(&request, None));
        let places = plan.places;
        let dry = move |loaded: &Loaded| {
            let mut work = Work::new(loaded, book.context(), listens);
            let outcomes = match run_steps(&mut work, &request, &places) {
                Err(Stop::More(keys)) => return Err(More(keys)),
                Err(stop) => return Ok(Err(stop)),
                Ok(outcomes) => outcomes,
            };
            let owed = work.into_changes().deliveries;
            let calls = owed.into_iter().map(|call| call.url).collect();
            Ok(Ok((Changes::default(), Preview { outcomes, calls })))
        };
        match Box::pin(self.store().transact_asking(plan.load, dry)).await? {
            Ok(preview) => Ok(Ok(preview)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::IdTaken) => Ok(Err(Refusal::AlreadyExists)),
            Err(Stop::More(_)) => Err(unseen()),
        }
    }

    /// The same request with fresh ids for the orders that it registers.
    async fn renumbered(&self, request: &Request) -> Result<Request, BookError> {
        let mut request = request.clone();
        for command in request.steps.iter_mut().flat_map(|step| &mut step.commands) {
            if let Command::Register(registration) = command {
                registration.id = self.identify(request.merchant).await?.0;
            }
        }
        Ok(request)
    }

    /// Runs a request, and keeps the answer under its key in the same transaction. `render` may be called more than
    /// once; only the last answer counts.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn answer<R>(
        &self,
        request: Request,
        idempotency: Option<Idempotency>,
        render: R,
    ) -> Result<Executed, BookError>
    where
        R: Fn(Result<&[Outcome], &Refusal>) -> Reply + Send + Sync + 'static,
    {
        let Some(idempotency) = idempotency else {
            let outcome = self.execute(request).await?;
            return Ok(Executed::Now(render(outcome.as_deref())));
        };
        let render =
            Arc::new(move |outcome: Result<&Vec<Outcome>, &Refusal>| render(outcome.map(Vec::as_slice)));
        let mut request = Arc::new(request);
        loop {
            let plan = Plan::of(&request, Some(&idempotency));
            let (asked, render) = (Arc::clone(&request), Arc::clone(&render));
            let run = move |work: &mut Work<'_>| run_steps(work, &asked, &plan.places);
            let tried = self.transact_once(plan.load, idempotency.clone(), run, move |outcome| {
                render(outcome)
            });
            match tried.await? {
                Some(executed) => return Ok(executed),
                None => request = Arc::new(self.renumbered(&request).await?),
            }
        }
    }

    /// Keeps an answer that needed no orders, such as that a request was malformed, under its key.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn remember(
        &self,
        merchant: MerchantId,
        idempotency: Idempotency,
        reply: Reply,
    ) -> Result<Executed, BookError> {
        let load = idempotency.load(merchant);
        let kept = reply.clone();
        let executed = self
            .transact_once(load, idempotency, |_work| Ok(()), move |_outcome| kept.clone())
            .await?;
        Ok(executed.unwrap_or(Executed::Now(reply)))
    }

    /// The answer that was given under this key, if one was.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn remembered(
        &self,
        merchant: MerchantId,
        idempotency: &Idempotency,
    ) -> Result<Option<Executed>, BookError> {
        let row = self.store().answer(merchant.0, &idempotency.answer_key()).await?;
        Ok(row.as_ref().map(|row| replay(row, idempotency)))
    }

    /// One transaction: load, run, write. `run` may be called several times, since a conflict loads and decides again.
    pub(crate) async fn transact<T, F>(&self, load: Load, run: F) -> Result<Result<T, Refusal>, BookError>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> Result<T, Stop> + Send + 'static,
    {
        match self.try_transact(load, run).await? {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::IdTaken) => Ok(Err(Refusal::AlreadyExists)),
            Err(Stop::More(_)) => Err(unseen()),
        }
    }

    pub(crate) async fn try_transact<T, F>(
        &self,
        load: Load,
        mut run: F,
    ) -> Result<Result<T, Stop>, BookError>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> Result<T, Stop> + Send + 'static,
    {
        let listens = self.listens(MerchantId(load.merchant)).await?;
        let book = self.clone();
        let decide = move |loaded: &Loaded| {
            let mut work = Work::new(loaded, book.context(), listens);
            let value = match run(&mut work) {
                Err(Stop::More(keys)) => return Err(More(keys)),
                Err(stop) => return Ok(Err(stop)),
                Ok(value) => value,
            };
            let changes = work.into_changes();
            let stirs = Stirs::of(&changes, book.now());
            Ok(Ok((changes, (value, stirs))))
        };
        let done = Box::pin(self.store().transact_asking(load, decide)).await?;
        Ok(done.map(|(value, stirs)| {
            self.stir(stirs);
            value
        }))
    }

    /// One transaction whose answer is kept under a key. Refusals are answers too. None when an order's fresh id is
    /// taken and the request needs another.
    pub(crate) async fn transact_once<T, F, R>(
        &self,
        load: Load,
        idempotency: Idempotency,
        mut run: F,
        render: R,
    ) -> Result<Option<Executed>, BookError>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> Result<T, Stop> + Send + 'static,
        R: Fn(Result<&T, &Refusal>) -> Reply + Send + 'static,
    {
        let listens = self.listens(MerchantId(load.merchant)).await?;
        let book = self.clone();
        let nothing = |executed| Ok(Ok((Changes::default(), (executed, Stirs::default()))));
        let done = self.store().transact_asking(load, move |loaded: &Loaded| {
            if let Some(row) = &loaded.answer {
                return nothing(Some(replay(row, &idempotency)));
            }
            let mut work = Work::new(loaded, book.context(), listens);
            let now = work.now();
            if let Some(reply) = idempotency.taken(loaded) {
                let changes = idempotency.kept(Changes::default(), &reply, (now, loaded));
                return Ok(Ok((changes, (Some(Executed::Now(reply)), Stirs::default()))));
            }
            let (changes, reply) = match run(&mut work) {
                Ok(value) => (work.into_changes(), render(Ok(&value))),
                Err(Stop::Refused(refusal)) => (Changes::default(), render(Err(&refusal))),
                Err(Stop::Failed(error)) => return Ok(Err(error)),
                Err(Stop::IdTaken) => return nothing(None),
                Err(Stop::More(keys)) => return Err(More(keys)),
            };
            let stirs = Stirs::of(&changes, now);
            let changes = idempotency.kept(changes, &reply, (now, loaded));
            Ok(Ok((changes, (Some(Executed::Now(reply)), stirs))))
        });
        let (executed, stirs) = Box::pin(done).await??;
        self.stir(stirs);
        Ok(executed)
    }
}

/// What was asked for is loaded before anybody else is told; so this is a defect.
fn unseen() -> BookError {
    BookError::Unknown("documents that a decision asked for".to_owned())
}

/// Which workers have something to do once a transaction is done.
#[derive(Debug, Clone, Copy, Default)]
struct Stirs {
    calls: bool,
    orders: bool,
    events: bool,
}

impl Stirs {
    fn of(changes: &Changes, now: Timestamp) -> Self {
        let is_due = |wake_at: Option<i64>| wake_at.is_some_and(|at| at <= now.0);
        Self {
            calls: !changes.deliveries.is_empty(),
            orders: changes.orders.iter().any(|order| is_due(order.row.wake_at))
                || changes.documents.iter().any(|one| is_due(one.row.wake_at)),
            events: !changes.orders.is_empty(),
        }
    }
}

impl Book {
    fn stir(&self, stirs: Stirs) {
        if stirs.calls {
            self.inner.calls.notify_one();
        }
        if stirs.orders {
            self.inner.orders.notify_one();
        }
        if stirs.events {
            self.inner.transactions.fetch_add(1, Ordering::Relaxed);
            self.inner.happened.notify_one();
        }
    }
}

fn run_steps(work: &mut Work<'_>, request: &Request, places: &[Range<usize>]) -> Result<Vec<Outcome>, Stop> {
    let mut outcomes = Vec::with_capacity(request.steps.len());
    for (step, places) in request.steps.iter().zip(places) {
        let order = match &step.target {
            Target::New => {
                refuse_taken(work, step, places)?;
                None
            }
            Target::Existing(_) => Some(work.first_order(places.clone())?.ok_or(Refusal::UnknownOrder)?),
        };
        outcomes.push(work.run(order, &step.commands)?);
    }
    Ok(outcomes)
}

fn refuse_taken(work: &Work<'_>, step: &Step, places: &Range<usize>) -> Result<(), Stop> {
    let (id, number) = (
        places.start..places.start.saturating_add(1),
        places.start.saturating_add(1)..places.end,
    );
    if work.is_taken(id) {
        return Err(Stop::IdTaken);
    }
    if !work.is_taken(number) {
        return Ok(());
    }
    let number_in = |command: &Command| {
        if let Command::Register(registration) = command {
            registration.number.clone()
        } else {
            None
        }
    };
    let number = step.commands.iter().find_map(number_in);
    Err(Refusal::NumberTaken {
        number: number.unwrap_or_default(),
    }
    .into())
}

fn replay(row: &AnswerRow, idempotency: &Idempotency) -> Executed {
    if idempotency.reuse == KeyReuse::Refuse && row.fingerprint != idempotency.fingerprint {
        return Executed::KeyReused;
    }
    let status = u16::try_from(row.status).unwrap_or(500);
    Executed::Before(Reply {
        status,
        body: row.body.clone(),
    })
}

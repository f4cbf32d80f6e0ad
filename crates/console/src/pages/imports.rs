//! Taking orders over from the systems that kept them: a file is uploaded, worked on in the background, and its
//! progress shown.
//!
//! How far an import is stands in the database, so that any server shows it. One that is cut off says so: the same
//! file again takes over what is missing and nothing twice.

use crate::State;
use crate::forms::{Wrong, problem, select};
use crate::page::{Place, answer, page, token};
use crate::parts::amount::count;
use crate::parts::moment;
use crate::parts::row::empty;
use crate::parts::status::{api, badge};
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, FORM_FIELD};
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{self, FromRequest, Multipart};
use axum::http::{Request, StatusCode};
use book::{Became, BookError, Document, Imported, ImportedAccount, Role};
use bytes::Bytes;
use http_kit::body::{self, BodyLimits};
use http_kit::{Answer, Failure};
use maud::{Markup, html};
use order::{Dialect, MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

/// The largest file, in bytes. Larger ones are for the command line.
pub(super) const LARGEST: usize = 64 * 1024 * 1024;
/// The kind of the documents that imports are kept as.
const IMPORT: &str = "console-import";
/// How many records are worked on at once.
const AT_ONCE: usize = 32;
/// After how many records the progress is written down.
const TOLD_EVERY: u64 = 100;
/// How many refused records are told of, each with its reason.
const MOST_REASONS: usize = 100;
/// After how long without a word an import is taken to be cut off.
const SILENT_MILLIS: i64 = 60_000;
/// How many imports the list shows.
const PAGE: u64 = 50;

/// One import, as far as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Import {
    file: String,
    api: Dialect,
    by: String,
    /// How many records there are.
    records: u64,
    /// How many of them have been worked on.
    done: u64,
    added: u64,
    unchanged: u64,
    kept: u64,
    refused: u64,
    reasons: Vec<String>,
    /// When this was written down.
    told_at: Timestamp,
    finished: bool,
    /// Why it could not go on.
    failure: Option<String>,
}

impl Import {
    /// Where it stands: class, word, and whether it moves.
    fn standing(&self, now: Timestamp) -> (&'static str, &'static str, bool) {
        if self.failure.is_some() {
            ("bad", "Stopped", false)
        } else if self.finished {
            ("done", "Done", false)
        } else if now.0.saturating_sub(self.told_at.0) > SILENT_MILLIS {
            ("bad", "Cut off", false)
        } else {
            ("open", "Running", true)
        }
    }

    /// Counts what became of one record.
    fn take(&mut self, line: usize, taken: Vec<Result<Became, String>>) {
        self.done = self.done.saturating_add(1);
        for imported in taken {
            let counter = match imported {
                Ok(Became::Order(Imported::Added(_)) | Became::Customer(ImportedAccount::Added)) => {
                    &mut self.added
                }
                Ok(Became::Order(Imported::Unchanged(_)) | Became::Customer(ImportedAccount::Unchanged)) => {
                    &mut self.unchanged
                }
                Ok(Became::Order(Imported::Kept(_)) | Became::Customer(ImportedAccount::Kept)) => {
                    &mut self.kept
                }
                Err(reason) => {
                    if self.reasons.len() < MOST_REASONS {
                        self.reasons.push(format!("Line {line}: {reason}"));
                    }
                    &mut self.refused
                }
            };
            *counter = counter.saturating_add(1);
        }
    }
}

/// `GET /console/{merchant}/imports`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    listed(&state, &desk, None).await
}

async fn listed(state: &State, desk: &Desk, wrong: Option<&Wrong>) -> Result<Answer, Trouble> {
    let imports = state
        .book()
        .documents::<Import>(desk.merchant.id, (IMPORT, None), 0, PAGE)
        .await?
        .documents;
    let now = state.book().now();
    let content = html! {
        h1 { "Import" }
        (form(desk, wrong))
        @if imports.is_empty() {
            (empty("No imports yet", &html! { "What was imported with " code { "ordrebok import" } " is not listed here." }))
        } @else { (table(desk, &imports, now)) }
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(answer(desk, status, Place::Imports, "Import", &content))
}

fn form(desk: &Desk, wrong: Option<&Wrong>) -> Markup {
    let apis = [Dialect::AfterPay, Dialect::Connect, Dialect::Marketplace];
    let apis = apis.map(|dialect| (dialect.as_str().to_owned(), api(dialect).to_owned()));
    html! {
        section.panel aria-labelledby="upload-title" {
            h2 #upload-title { "Take orders over" }
            @if let Some(wrong) = wrong { (problem(&wrong.what)) }
            form method="post" action=(desk.path("imports")) enctype="multipart/form-data" {
                (token(&desk.visit))
                (select("api", "The file is of", "", &apis))
                div.field {
                    label for="file" { "File" }
                    p.hint id="file-hint" {
                        "What the API answers for its orders: one JSON document, a list, or one on each line. At most 64 MiB; larger ones with "
                        code { "ordrebok import" } "."
                    }
                    input #file type="file" name="file" required aria-describedby="file-hint" accept=".json,.jsonl,.ndjson,application/json";
                }
                button.primary type="submit" { "Import it" }
            }
        }
    }
}

fn table(desk: &Desk, imports: &[Document<Import>], now: Timestamp) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Imports" {
            table.stack {
                thead { tr {
                    th scope="col" { "File" } th scope="col" { "Of" } th scope="col" { "State" } th scope="col" { "Began" }
                    th scope="col" { "By" } th.number scope="col" { "Imported" } th.number scope="col" { "Refused" }
                } }
                tbody {
                    @for import in imports {
                        @let (class, word, _) = import.body.standing(now);
                        tr data-row {
                            th scope="row" { a href=(desk.path(&format!("imports/{}", import.id))) { (import.body.file) } }
                            td data-label="Of" { (api(import.body.api)) }
                            td data-label="State" { (badge(class, word)) }
                            td data-label="Began" { (moment(import.created_at)) }
                            td data-label="By" { (import.body.by) }
                            td.number data-label="Imported" { (count(import.body.added)) }
                            td.number data-label="Refused" { (count(import.body.refused)) }
                        }
                    }
                }
            }
        }
    }
}

/// `GET /console/{merchant}/imports/{import}`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let id = desk.segment("import")?;
    let import = state
        .book()
        .document::<Import>(desk.merchant.id, IMPORT, id)
        .await?;
    let import = import.ok_or(Trouble::NotFound)?.body;
    let (class, word, moves) = import.standing(state.book().now());
    let content = html! {
        div {
            p.crumb { a href=(desk.path("imports")) { "Import" } }
            h1 { (import.file) }
        }
        section.panel #progress data-moving[moves] aria-labelledby="progress-title" {
            div.heading { h2 #progress-title { "Progress" } (badge(class, word)) }
            @if let Some(failure) = &import.failure { (problem(failure)) }
            @if word == "Cut off" { p { "The server that worked on it has stopped. Upload the file again: what is in already is not taken twice." } }
            progress aria-labelledby="progress-title" max=(import.records.max(1)) value=(import.done) {}
            p { (count(import.done)) " of " (count(import.records)) " records. "
                @if moves { a href=(desk.path(&format!("imports/{id}"))) { "Look again" } } }
            dl.facts {
                div { dt { "Imported" } dd { (count(import.added)) } }
                div { dt { "There already" } dd { (count(import.unchanged)) } }
                div { dt { "Left as they are" } dd { (count(import.kept)) @if import.kept > 0 { span.sub { "in another state here" } } } }
                div { dt { "Refused" } dd { (count(import.refused)) } }
            }
            @if !import.reasons.is_empty() {
                h3 { "Why" }
                ul.effects { @for reason in &import.reasons { li { (reason) } } }
            }
        }
    };
    Ok(page(&desk, Place::Imports, &import.file, &content))
}

/// What was uploaded.
#[derive(Debug, Default)]
struct Upload {
    token: String,
    api: String,
    name: String,
    file: Bytes,
}

fn broken(error: &MultipartError) -> Trouble {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Trouble::Failed(Failure::TooLarge { limit: LARGEST })
    } else {
        Trouble::Malformed("The upload is not a form with a file.")
    }
}

/// Reads the whole upload before anything is said of it: a browser that still sends would lose the answer.
async fn read(state: &State, request: Request<Body>) -> Result<Upload, Trouble> {
    let (head, body) = request.into_parts();
    let limits = BodyLimits {
        bytes: LARGEST,
        ..state.limits()
    };
    let body = Body::from(body::read(body, limits).await?);
    let parts = Multipart::from_request(Request::from_parts(head, body), state).await;
    let mut parts = parts.map_err(|_not_multipart| Trouble::StaleForm)?;
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let told = part.file_name().unwrap_or_default();
            upload.name = told
                .chars()
                .filter(|letter| !letter.is_control())
                .take(100)
                .collect();
            upload.file = part.bytes().await.map_err(|error| broken(&error))?;
            continue;
        }
        let text = part.text().await.map_err(|error| broken(&error))?;
        match name.as_str() {
            FORM_FIELD => upload.token = text,
            "api" => upload.api = text,
            _ => {}
        }
    }
    Ok(upload)
}

/// `POST /console/{merchant}/imports`: begins an import, and goes to its progress.
pub(crate) async fn upload(
    extract::State(state): extract::State<State>,
    desk: Desk,
    request: Request<Body>,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let upload = read(&state, request).await?;
    desk.visit.check_token(&upload.token)?;
    let api = Dialect::from_word(&upload.api).filter(|dialect| *dialect != Dialect::Ordrebok);
    let Some(api) = api else {
        let wrong = Wrong::new("api", "Say which API the file is of.");
        return listed(&state, &desk, Some(&wrong)).await;
    };
    if upload.file.is_empty() {
        let wrong = Wrong::new("file", "Choose a file that is not empty.");
        return listed(&state, &desk, Some(&wrong)).await;
    }
    let book = state.book();
    let id = book.new_id(desk.merchant.id, IMPORT, 1).await?;
    let import = Import {
        file: if upload.name.is_empty() {
            "upload".to_owned()
        } else {
            upload.name
        },
        api,
        by: desk.visit.person.name.clone(),
        records: 0,
        done: 0,
        added: 0,
        unchanged: 0,
        kept: 0,
        refused: 0,
        reasons: Vec::new(),
        told_at: book.now(),
        finished: false,
        failure: None,
    };
    let work = Running {
        state: state.clone(),
        merchant: desk.merchant.id,
        id: id.clone(),
        import,
    };
    work.tell().await?;
    tokio::spawn(work.run(upload.file));
    Ok(redirect(&desk.path(&format!("imports/{id}"))))
}

/// An import at work.
struct Running {
    state: State,
    merchant: MerchantId,
    id: String,
    import: Import,
}

impl Running {
    /// Writes down how far it is.
    async fn tell(&self) -> Result<(), Trouble> {
        let (import, now) = (self.import.clone(), self.state.book().now());
        let writing = self
            .state
            .book()
            .write_document(self.merchant, (IMPORT, &self.id), move |_before| Import {
                told_at: now,
                ..import.clone()
            });
        Ok(writing.await?)
    }

    async fn run(mut self, file: Bytes) {
        let ended = self.take_all(file).await;
        self.import.finished = ended.is_ok();
        if let Err(trouble) = ended {
            tracing::error!(?trouble, "an import stopped");
            let why = "The database failed. Upload the file again: what is in already is not taken twice.";
            self.import.failure = Some(why.to_owned());
        }
        if let Err(trouble) = self.tell().await {
            tracing::error!(?trouble, "an import\u{2019}s end could not be written down");
        }
        if let Err(error) = self.note().await {
            tracing::error!(?error, "an import could not be noted in the trail");
        }
    }

    /// Notes in the trail who imported what.
    async fn note(&self) -> Result<(), BookError> {
        let Import {
            file,
            api,
            by,
            added,
            refused,
            ..
        } = &self.import;
        let book = self.state.book().acting_for(&format!("person {by}"));
        let detail = format!("{file}: {added} imported, {refused} refused");
        book.note_done(self.merchant, "import", &format!("{api} orders"), &detail)
            .await
    }

    async fn take_all(&mut self, file: Bytes) -> Result<(), Trouble> {
        let records = (self.state.dialects().records)(&file);
        drop(file);
        self.import.records = u64::try_from(records.len()).unwrap_or_default();
        let mut running = JoinSet::new();
        for record in records {
            while running.len() >= AT_ONCE {
                self.take_one(&mut running).await?;
            }
            let (state, merchant, api) = (self.state.clone(), self.merchant, self.import.api);
            running.spawn(async move { (record.line, import(&state, merchant, api, record.text).await) });
        }
        while !running.is_empty() {
            self.take_one(&mut running).await?;
        }
        Ok(())
    }

    async fn take_one(&mut self, running: &mut JoinSet<(usize, Taken)>) -> Result<(), Trouble> {
        match running.join_next().await {
            None => {}
            Some(Ok((line, taken))) => self.import.take(line, taken?),
            Some(Err(error)) => {
                tracing::error!(%error, "a record could not be worked on");
                return Err(Trouble::Failed(Failure::Internal));
            }
        }
        if self.import.done.is_multiple_of(TOLD_EVERY) {
            self.tell().await?;
        }
        Ok(())
    }
}

/// What became of the orders in one record, each with its reason when it was refused.
type Taken = Result<Vec<Result<Became, String>>, Trouble>;

async fn import(state: &State, merchant: MerchantId, api: Dialect, text: Result<Vec<u8>, String>) -> Taken {
    let told = match text.and_then(|text| (state.dialects().read)(api, &text)) {
        Ok(told) => told,
        Err(reason) => return Ok(vec![Err(reason)]),
    };
    let mut taken = Vec::with_capacity(told.len());
    for told in told {
        let imported = state.book().take_over(merchant, told).await?;
        taken.push(imported.map_err(|refusal| refusal.to_string()));
    }
    Ok(taken)
}

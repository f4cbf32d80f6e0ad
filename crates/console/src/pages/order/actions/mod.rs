//! Acting on an order: a form, a preview of what it would do, and then doing it.
//!
//! The preview is a dry run of the same request. What is done is done once, however often the form is sent, and only
//! to the order as it was previewed.

mod fields;
mod preview;
mod reading;

use super::named;
use crate::State;
use crate::forms::{Wrong, key, once, problem};
use crate::page::{Place, answer, page, token};
use crate::parts::row::name_of;
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{Book, Executed, Reference, Reply, Request, Role, Step, Target};
use http_kit::Answer;
use http_kit::query::Query;
use maud::{Markup, html};
use order::{
    CancelRequest, CaptureRequest, Command, Failure, Order, Parcel, RefundRequest, Refusal, ShipRequest,
    ShipmentKind, Wanted,
};
use reading::POLICY;

/// What somebody can do with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Confirm,
    Process,
    Capture,
    Refund,
    Cancel,
    Ship,
    Return,
    Fail,
}

impl Action {
    pub(super) const ALL: [Self; 8] = [
        Self::Confirm,
        Self::Process,
        Self::Capture,
        Self::Ship,
        Self::Refund,
        Self::Return,
        Self::Cancel,
        Self::Fail,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Process => "process",
            Self::Capture => "capture",
            Self::Refund => "refund",
            Self::Cancel => "cancel",
            Self::Ship => "ship",
            Self::Return => "return",
            Self::Fail => "fail",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm",
            Self::Process => "Process",
            Self::Capture => "Capture",
            Self::Refund => "Refund",
            Self::Cancel => "Cancel",
            Self::Ship => "Ship",
            Self::Return => "Take back",
            Self::Fail => "Fail",
        }
    }

    /// What is told once it is done.
    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Confirm => "The order is confirmed.",
            Self::Process => "The order is processed.",
            Self::Capture => "The amount is captured.",
            Self::Refund => "The amount is refunded.",
            Self::Cancel => "The amount is released.",
            Self::Ship => "The shipment is noted.",
            Self::Return => "The lines are taken back.",
            Self::Fail => "The order has failed.",
        }
    }

    /// What it does, in a sentence.
    fn sentence(self) -> &'static str {
        match self {
            Self::Confirm => "Notes that the order is received and valid.",
            Self::Process => {
                "Notes that the order is handed over and done. A callback that it owes is called."
            }
            Self::Capture => {
                "Takes what is reserved: all that is left of it, an amount, or what lines come to."
            }
            Self::Refund => "Gives back what was captured: all of it, an amount, or what lines come to.",
            Self::Cancel => {
                "Releases what is reserved: all that is left of it, an amount, or what lines come to."
            }
            Self::Ship => "Notes that something of a capture was sent, or sent back.",
            Self::Return => {
                "Notes that lines were handed back. The money is given back by a refund of its own."
            }
            Self::Fail => "Ends the order without doing it. A callback that it owes is told so.",
        }
    }

    /// Why this can't be done with the order as it stands, in any amount; none when it can.
    pub(super) fn objection(self, book: &Book, order: &Order) -> Option<String> {
        if self.is_its_apis(order) {
            return Some(KEPT_BY_ITS_API.to_owned());
        }
        match book.would_change(order, &self.usual(order)) {
            Ok(true) => None,
            Ok(false) => Some("This is done already.".to_owned()),
            Err(refusal) => Some(sentence(&refusal)),
        }
    }

    /// Whether the order's own API must do it, since a customer's account is told by it.
    fn is_its_apis(self, order: &Order) -> bool {
        matches!(self, Self::Process | Self::Return) && order.is_kept_by_its_api()
    }

    /// What it would be without anything filled in.
    fn usual(self, order: &Order) -> Command {
        let last = order.captures.last().map(|capture| capture.number.clone());
        match self {
            Self::Confirm => Command::Confirm,
            Self::Process => Command::Process {
                subscriptions: Vec::new(),
            },
            Self::Fail => Command::Fail(Failure::Other(String::new())),
            Self::Capture => Command::Capture(CaptureRequest {
                number: None,
                wanted: Wanted::Remaining,
                items: Vec::new(),
                shipments: Vec::new(),
                part_names_items: false,
                annex: None,
            }),
            Self::Refund => Command::Refund(RefundRequest {
                capture: None,
                number: None,
                wanted: Wanted::Remaining,
                items: Vec::new(),
                annex: None,
            }),
            Self::Cancel => Command::Cancel(CancelRequest {
                wanted: Wanted::Remaining,
                items: Vec::new(),
                annex: None,
            }),
            Self::Ship => Command::Ship(ShipRequest {
                capture: last.unwrap_or_default(),
                parcel: Parcel {
                    kind: ShipmentKind::Shipment,
                    carrier: String::new(),
                    tracking_id: None,
                    tracking_url: None,
                },
            }),
            Self::Return => Command::Return {
                lines: reading::all_lines(order),
                policy: POLICY,
            },
        }
    }
}

const KEPT_BY_ITS_API: &str = "The order is about a customer\u{2019}s subscriptions: the Marketplace API completes it and takes it back.";

/// A refusal as a sentence.
fn sentence(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

/// The action that the path names, for somebody who may act.
fn action_in(desk: &Desk) -> Result<Action, Trouble> {
    let action = Action::from_word(desk.segment("action")?).ok_or(Trouble::NotFound)?;
    desk.need(Role::Act)?;
    Ok(action)
}

/// `GET /console/{merchant}/orders/{order}/{action}`: the form.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    let action = action_in(&desk)?;
    let order = named(&state, &desk).await?;
    let form = Form {
        desk: &desk,
        action,
        order: &order,
        sent: &Query::default(),
    };
    let objection = action.objection(state.book(), &order);
    let content = form.html(objection.as_deref(), None);
    Ok(page(&desk, Place::Orders, action.label(), &content))
}

/// `POST` to the same: the preview, and what was previewed.
pub(crate) async fn submit(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let action = action_in(&desk)?;
    let sent = desk.form(&state, Role::Act, body).await?;
    let order = named(&state, &desk).await?;
    let form = Form {
        desk: &desk,
        action,
        order: &order,
        sent: &sent,
    };
    if action.is_its_apis(&order) {
        return Ok(form.refused(StatusCode::CONFLICT, Some(KEPT_BY_ITS_API), None));
    }
    let command = match reading::command(action, &order, &sent) {
        Ok(command) => command,
        Err(wrong) => return Ok(form.refused(StatusCode::UNPROCESSABLE_ENTITY, None, Some(&wrong))),
    };
    match field(&sent, "step") {
        "do" => form.run(&state, command).await,
        "edit" => Ok(form.refused(StatusCode::OK, None, None)),
        _ => form.preview(&state, command, None).await,
    }
}

/// One action on one order, as it was filled in.
struct Form<'f> {
    desk: &'f Desk,
    action: Action,
    order: &'f Order,
    sent: &'f Query,
}

impl Form<'_> {
    fn order_path(&self) -> String {
        self.desk.path(&format!("orders/{}", self.order.id))
    }

    fn path(&self) -> String {
        format!("{}/{}", self.order_path(), self.action.word())
    }

    fn heading(&self) -> Markup {
        html! {
            div {
                p.crumb {
                    a href=(self.desk.path("orders")) { "Orders" } " / " a href=(self.order_path()) { (name_of(self.order)) }
                }
                h1 { (self.action.label()) }
                p.lead { (self.action.sentence()) }
            }
        }
    }

    fn html(&self, said: Option<&str>, wrong: Option<&Wrong>) -> Markup {
        html! {
            (self.heading())
            @if let Some(said) = said { (problem(said)) }
            form.action.panel method="post" action=(self.path()) novalidate {
                (token(&self.desk.visit))
                (fields::fields(self.action, self.order, self.sent, wrong))
                div.buttons {
                    button.primary type="submit" name="step" value="preview" { "See what it would do" }
                    a.button href=(self.order_path()) { "Back to the order" }
                }
            }
        }
    }

    fn refused(&self, status: StatusCode, said: Option<&str>, wrong: Option<&Wrong>) -> Answer {
        let said = said.or(wrong.map(|wrong| wrong.what.as_str()));
        let content = self.html(said, wrong);
        answer(self.desk, status, Place::Orders, self.action.label(), &content)
    }

    /// The request: on the order in this version and no other.
    fn request(&self, version: u64, command: Command) -> Request {
        let expected = Command::Expect {
            versions: vec![version],
        };
        Request {
            merchant: self.desk.merchant.id,
            steps: vec![Step {
                target: Target::Existing(Reference::Id(self.order.id)),
                commands: vec![expected, command],
            }],
        }
    }

    /// What it would do, and the button that does it. `said` is why it is shown again.
    async fn preview(&self, state: &State, command: Command, said: Option<&str>) -> Result<Answer, Trouble> {
        let request = self.request(self.order.version, command);
        let (outcome, calls) = match state.book().preview(request).await? {
            Ok(mut preview) => (preview.outcomes.pop(), preview.calls),
            Err(refusal) => {
                return Ok(self.refused(StatusCode::CONFLICT, Some(&sentence(&refusal)), None));
            }
        };
        let Some(outcome) = outcome.filter(|outcome| !outcome.events.is_empty()) else {
            let said = "Nothing would change: this is done already.";
            return Ok(self.refused(StatusCode::OK, Some(said), None));
        };
        let content = html! {
            (self.heading())
            @if let Some(said) = said { (problem(said)) }
            (preview::effect(&outcome, &calls))
            form.action method="post" action=(self.path()) {
                (token(&self.desk.visit))
                (self.carried())
                input type="hidden" name="version" value=(self.order.version);
                (key(state))
                div.buttons {
                    button.primary type="submit" name="step" value="do" { (self.action.label()) " now" }
                    button type="submit" name="step" value="edit" { "Change it" }
                    a.button href=(self.order_path()) { "Leave it" }
                }
            }
        };
        Ok(page(self.desk, Place::Orders, self.action.label(), &content))
    }

    /// What was filled in, for the form that does it.
    fn carried(&self) -> Markup {
        const OURS: [&str; 4] = [crate::visit::FORM_FIELD, "step", "version", "key"];
        html! {
            @for (name, value) in self.sent.pairs() {
                @if !OURS.contains(&name) && !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
        }
    }

    /// Does it, once however often the form is sent.
    async fn run(&self, state: &State, command: Command) -> Result<Answer, Trouble> {
        let Ok(version) = field(self.sent, "version").parse() else {
            return Err(Trouble::Malformed("The form does not say what was previewed."));
        };
        let scope = format!("console {} {}", self.action.word(), self.order.id);
        let idempotency = once(self.sent, scope)?;
        let request = self.request(version, command.clone());
        let render = |outcome: Result<&[book::Outcome], &Refusal>| match outcome {
            Ok(_) => Reply {
                status: 303,
                body: String::new(),
            },
            Err(refusal @ Refusal::VersionMismatch { .. }) => Reply {
                status: 412,
                body: sentence(refusal),
            },
            Err(refusal) => Reply {
                status: 409,
                body: sentence(refusal),
            },
        };
        match state.book().answer(request, Some(idempotency), render).await? {
            Executed::Now(reply) | Executed::Before(reply) => match reply.status {
                303 => Ok(redirect(&format!(
                    "{}?done={}",
                    self.order_path(),
                    self.action.word()
                ))),
                412 => {
                    let said = "The order has changed since the preview, and nothing was done. This is what it would do now.";
                    self.preview(state, command, Some(said)).await
                }
                _ => Ok(self.refused(StatusCode::CONFLICT, Some(&reply.body), None)),
            },
            Executed::KeyReused => Err(Trouble::SentBefore),
        }
    }
}

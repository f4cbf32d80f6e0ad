//! The people who use the console for a merchant: listed and added. What becomes of one of them is in the file beside
//! this one.
//!
//! An administrator looks after those who see no more than they themselves do. The operator's people see the
//! operator's people as well.

pub(super) mod one;

use crate::State;
use crate::forms::{Field, Wrong, notice, problem, select};
use crate::page::{Place, answer, token};
use crate::parts::row::empty;
use crate::parts::status::badge;
use crate::trouble::Trouble;
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{BookError, NewPerson, Person, Reach, Role};
use http_kit::Answer;
use http_kit::query::{Query, encode};
use maud::{Markup, html};

/// The page of one of them.
fn path_of(desk: &Desk, name: &str) -> String {
    desk.path(&format!("people/{}", encode(name)))
}

/// What the roles may, as a choice.
fn roles(chosen: &str) -> Markup {
    let told = |role: Role| match role {
        Role::View => "look",
        Role::Act => "look, and act on orders",
        Role::Administer => "that, and administer",
    };
    let roles = Role::ALL.map(|role| (role.as_str().to_owned(), told(role).to_owned()));
    select("role", "They may", chosen, &roles)
}

/// Whose orders somebody sees, as far as whoever looks may know it.
fn sees(desk: &Desk, person: &Person) -> String {
    match &person.reach {
        Reach::All => "all merchants".to_owned(),
        Reach::These(_) if person.reach.only().is_some() => desk.merchant.name.clone(),
        Reach::These(merchants) if desk.visit.person.reach.covers(&person.reach) => {
            format!("{} merchants", merchants.len())
        }
        Reach::These(_) => format!("{} and others", desk.merchant.name),
    }
}

/// Everybody who sees this merchant's orders and whom whoever looks may know of.
async fn known(state: &State, desk: &Desk) -> Result<Vec<Person>, Trouble> {
    let mut people = state.book().people(Some(desk.merchant.id)).await?;
    if desk.visit.person.reach.is_all() {
        people.extend(state.book().people(None).await?);
    }
    Ok(people)
}

/// `GET /console/{merchant}/people`.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let said = match desk.parameter("done") {
        "removed" => Some(notice("They are let in no more.")),
        "left" => Some(notice(&format!("They see {} no more.", desk.merchant.name))),
        _ => None,
    };
    listed(&state, &desk, (StatusCode::OK, said), (&Query::default(), None)).await
}

async fn listed(
    state: &State,
    desk: &Desk,
    (status, said): (StatusCode, Option<Markup>),
    (sent, wrong): (&Query, Option<&Wrong>),
) -> Result<Answer, Trouble> {
    let people = known(state, desk).await?;
    let content = html! {
        @if let Some(said) = said { (said) }
        div {
            h1 { "People" }
            p.lead { "Who signs in here and sees " (desk.merchant.name) "\u{2019}s orders. Programs have credentials instead." }
        }
        @if people.is_empty() {
            (empty("Nobody yet", &html! { "Add the first one below. The operator\u{2019}s own people see all merchants and are not listed here." }))
        } @else { (table(desk, &people)) }
        (adding(desk, sent, wrong))
    };
    Ok(answer(desk, status, Place::People, "People", &content))
}

fn table(desk: &Desk, people: &[Person]) -> Markup {
    let me = &desk.visit.person;
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="People" {
            table.stack {
                thead { tr {
                    th scope="col" { "Name" } th scope="col" { "May" } th scope="col" { "Sees" } th scope="col" { "Password" }
                } }
                tbody {
                    @for person in people {
                        tr data-row {
                            th scope="row" {
                                a href=(path_of(desk, &person.name)) { (person.name) }
                                @if person.is_called(&me.name) { span.sub { "This is you" } }
                            }
                            td data-label="May" { (badge(class_of(person.role), person.role.as_str())) }
                            td data-label="Sees" { (sees(desk, person)) }
                            td data-label="Password" { @if person.must_change { "to be changed at the next sign-in" } @else { "their own" } }
                        }
                    }
                }
            }
        }
    }
}

fn class_of(role: Role) -> &'static str {
    match role {
        Role::View => "ended",
        Role::Act => "open",
        Role::Administer => "waiting",
    }
}

fn adding(desk: &Desk, sent: &Query, wrong: Option<&Wrong>) -> Markup {
    html! {
        section.panel aria-labelledby="add-title" {
            h2 #add-title { "Add somebody" }
            @if let Some(wrong) = wrong { (problem(&wrong.what)) }
            form method="post" action=(desk.path("people")) {
                (token(&desk.visit))
                (Field::text("name", "Name", field(sent, "name")).needed().longest(100)
                    .hint("What they sign in as. Large and small letters are the same.").html(wrong))
                (roles(field(sent, "role")))
                button.primary type="submit" { "Add them" }
            }
        }
    }
}

fn read(desk: &Desk, form: &Query) -> Result<NewPerson, Wrong> {
    let name = field(form, "name").trim();
    if !Person::can_be_called(name) {
        return Err(Wrong::new(
            "name",
            "A name has 1 to 100 characters, all on one line.",
        ));
    }
    let role = Role::from_word(field(form, "role"));
    let role = role.ok_or_else(|| Wrong::new("role", "Choose what they may do."))?;
    Ok(NewPerson {
        name: name.to_owned(),
        role,
        reach: Reach::These(vec![desk.merchant.id]),
        must_change: true,
    })
}

/// `POST /console/{merchant}/people`: adds somebody who sees this merchant, and shows their one-time password.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let refused = async |wrong: Wrong| {
        let status = (StatusCode::UNPROCESSABLE_ENTITY, None);
        listed(&state, &desk, status, (&form, Some(&wrong))).await
    };
    let new = match read(&desk, &form) {
        Ok(new) => new,
        Err(wrong) => return refused(wrong).await,
    };
    let (name, role) = (new.name.clone(), new.role);
    match Box::pin(desk.book(&state).add_person(new)).await {
        Ok(password) => {
            noted(&state, &desk, "person.add", (&name, role.as_str())).await?;
            let said = shown_once(&name, &password, "They are added");
            let nothing = (&Query::default(), None);
            listed(&state, &desk, (StatusCode::CREATED, Some(said)), nothing).await
        }
        Err(BookError::Exists(_)) => {
            let what = "Somebody has this name already. Names are unique on this server.";
            refused(Wrong::new("name", what)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Notes what became of somebody in this merchant's own trail as well. That of the installation has it in the
/// transaction of the change, and is the operator's to read.
async fn noted(
    state: &State,
    desk: &Desk,
    action: &'static str,
    (name, detail): (&str, &str),
) -> Result<(), Trouble> {
    let subject = format!("person {name}");
    let book = desk.book(state);
    Ok(book.note_done(desk.merchant.id, action, &subject, detail).await?)
}

/// A one-time password where it is new.
fn shown_once(name: &str, password: &str, title: &str) -> Markup {
    html! {
        section.notice role="status" aria-labelledby="password-title" {
            h2 #password-title { (title) }
            p { "Give them this password: it is shown this once, and they choose their own when they sign in." }
            dl.facts {
                div { dt { "Name" } dd { (name) } }
                div { dt { "Password" } dd.mono.secret { (password) } }
            }
        }
    }
}

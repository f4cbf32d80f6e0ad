//! One of the people: what they may do and see, a new password, and letting them in no more.

use super::{known, noted, path_of, roles, sees, shown_once};
use crate::State;
use crate::forms::{Wrong, notice, problem};
use crate::page::{Place, answer, token};
use crate::parts::row::empty;
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{BookError, Merchant, Person, Reach, Role, Staffing, Unstaffed};
use http_kit::Answer;
use http_kit::query::{self, Query};
use maud::{Markup, html};
use order::MerchantId;

/// Somebody whom the path names and whoever looks may know of.
async fn named(state: &State, desk: &Desk) -> Result<Person, Trouble> {
    let name = desk.segment("person")?;
    let people = known(state, desk).await?;
    let person = people.into_iter().find(|person| person.is_called(name));
    person.ok_or(Trouble::NotFound)
}

/// The merchants that whoever looks sees.
async fn merchants(state: &State, desk: &Desk) -> Result<Vec<Merchant>, Trouble> {
    let mut merchants = state.book().merchants().await?;
    merchants.retain(|merchant| desk.visit.person.sees(merchant.id));
    Ok(merchants)
}

/// `GET /console/{merchant}/people/{person}`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let person = named(&state, &desk).await?;
    let said = (desk.parameter("done") == "changed")
        .then(|| notice("This is saved, and holds from their next click on."));
    shown(&state, &desk, &person, (StatusCode::OK, said), None).await
}

/// The page. `form` is what was sent, when it could not be taken.
async fn shown(
    state: &State,
    desk: &Desk,
    person: &Person,
    (status, said): (StatusCode, Option<Markup>),
    form: Option<&Query>,
) -> Result<Answer, Trouble> {
    let me = &desk.visit.person;
    let (is_me, looks_after) = (person.is_called(&me.name), me.looks_after(person));
    let merchants = merchants(state, desk).await?;
    let kept = fields_of(person);
    let content = html! {
        @if let Some(said) = said { (said) }
        div {
            p.crumb { a href=(desk.path("people")) { "People" } }
            h1 { (person.name) }
            p.lead { "Sees " (sees(desk, person)) ", and may " (person.role.as_str()) "." @if is_me { " This is you." } }
        }
        @if looks_after {
            (changing(desk, person, (form.unwrap_or(&kept), &merchants)))
            @if is_me {
                section.panel aria-labelledby="password-title" {
                    h2 #password-title { "Password" }
                    p { a href="/console/password" { "Change your password" } }
                }
            } @else { (password(desk, person)) }
        } @else {
            (empty("They see more than you do", &html! {
                "What they may do is said by somebody who sees all their merchants. You can end their seeing " (desk.merchant.name) "."
            }))
        }
        (leaving(desk, person, looks_after))
    };
    Ok(answer(desk, status, Place::People, &person.name, &content))
}

/// What is kept, as if it had been sent.
fn fields_of(person: &Person) -> Query {
    let merchants: Vec<String> = match &person.reach {
        Reach::All => Vec::new(),
        Reach::These(merchants) => merchants.iter().map(ToString::to_string).collect(),
    };
    let all = person.reach.is_all().then_some(("reach", "all"));
    let merchants = merchants.iter().map(|merchant| ("merchant", merchant.as_str()));
    let role = [("role", person.role.as_str())];
    Query::parse(&query::write(role.into_iter().chain(all).chain(merchants))).unwrap_or_default()
}

fn changing(desk: &Desk, person: &Person, (sent, merchants): (&Query, &[Merchant])) -> Markup {
    let is_ticked = |merchant: &Merchant| {
        let id = merchant.id.to_string();
        sent.all("merchant").any(|sent| sent == id)
    };
    html! {
        section.panel aria-labelledby="role-title" {
            h2 #role-title { "Role" }
            form method="post" action=(path_of(desk, &person.name)) {
                (token(&desk.visit))
                (roles(field(sent, "role")))
                @if merchants.len() > 1 {
                    fieldset {
                        legend { "They see" }
                        @if desk.visit.person.reach.is_all() {
                            label.choice {
                                input type="checkbox" name="reach" value="all" checked[field(sent, "reach") == "all"];
                                span { "All merchants, later ones too" }
                            }
                        }
                        ul.ticks {
                            @for merchant in merchants {
                                li { label.choice {
                                    input type="checkbox" name="merchant" value=(merchant.id) checked[is_ticked(merchant)];
                                    span { (merchant.name) }
                                } }
                            }
                        }
                    }
                } @else { input type="hidden" name="merchant" value=(desk.merchant.id); }
                button.primary type="submit" { "Save" }
            }
        }
    }
}

fn password(desk: &Desk, person: &Person) -> Markup {
    html! {
        section.panel aria-labelledby="password-title" {
            h2 #password-title { "Password" }
            p.hint { "A new one-time password ends all their sessions. They choose their own when they sign in with it." }
            form method="post" action=(format!("{}/password", path_of(desk, &person.name))) {
                (token(&desk.visit))
                button type="submit" { "Make a new password" }
            }
        }
    }
}

fn leaving(desk: &Desk, person: &Person, looks_after: bool) -> Markup {
    let elsewhere = person.reach.only().is_none();
    let words = if looks_after {
        "For good: they are let in no more".to_owned()
    } else {
        format!("They see {} no more", desk.merchant.name)
    };
    html! {
        section.panel aria-labelledby="remove-title" {
            h2 #remove-title { "Remove" }
            @if looks_after && elsewhere { p.hint { "From this server, with every merchant that they see. To take one merchant from them, change what they see." } }
            form method="post" action=(format!("{}/remove", path_of(desk, &person.name))) {
                (token(&desk.visit))
                label.choice { input type="checkbox" name="sure" value="yes" required; span { (words) } }
                button.danger type="submit" { "Remove them" }
            }
        }
    }
}

/// Why somebody can't be changed like that, in a sentence for the page.
fn told(unstaffed: Unstaffed, merchants: &[Merchant]) -> Result<String, Trouble> {
    let whose = match unstaffed {
        Unstaffed::Nobody => return Err(Trouble::NotFound),
        Unstaffed::NotYours => return Err(Trouble::MayNot(Role::Administer)),
        Unstaffed::LastAdministrator(None) => "of all merchants",
        Unstaffed::LastAdministrator(Some(merchant)) => {
            let known = merchants.iter().find(|known| known.id == merchant);
            known.map_or("of another merchant", |known| known.name.as_str())
        }
    };
    let of = if whose.starts_with("of ") { "" } else { "of " };
    Ok(format!(
        "They are the last administrator {of}{whose}. Make somebody else one first."
    ))
}

/// What is asked for of whoever asks it: nobody gives away what they don't see.
fn read(desk: &Desk, form: &Query) -> Result<(Role, Reach), Wrong> {
    let role = Role::from_word(field(form, "role"));
    let role = role.ok_or_else(|| Wrong::new("role", "Choose what they may do."))?;
    let me = &desk.visit.person.reach;
    if field(form, "reach") == "all" && me.is_all() {
        return Ok((role, Reach::All));
    }
    let wrong = || Wrong::new("merchant", "There is no such merchant.");
    let mut merchants = Vec::new();
    for sent in form.all("merchant") {
        let merchant = sent.parse().map(MerchantId).map_err(|_not_one| wrong())?;
        merchants.push(merchant);
    }
    if merchants.is_empty() {
        return Err(Wrong::new(
            "merchant",
            "Tick at least one merchant, or remove them.",
        ));
    }
    let reach = Reach::of(merchants);
    if me.covers(&reach) {
        Ok((role, reach))
    } else {
        Err(wrong())
    }
}

/// `POST /console/{merchant}/people/{person}`: what they may do and see.
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let person = named(&state, &desk).await?;
    let merchants = merchants(&state, &desk).await?;
    let read = read(&desk, &form).and_then(|(role, reach)| {
        let unknown = |id: &MerchantId| merchants.iter().all(|merchant| merchant.id != *id);
        match &reach {
            Reach::These(these) if these.iter().any(unknown) => {
                Err(Wrong::new("merchant", "There is no such merchant."))
            }
            Reach::These(_) | Reach::All => Ok((role, reach)),
        }
    });
    let refused = async |what: &str| {
        let status = (StatusCode::UNPROCESSABLE_ENTITY, Some(problem(what)));
        shown(&state, &desk, &person, status, Some(&form)).await
    };
    let (role, reach) = match read {
        Ok(read) => read,
        Err(wrong) => return refused(&wrong.what).await,
    };
    let still_here = reach.has(desk.merchant.id);
    let book = desk.book(&state);
    let staffing = Staffing::May(role, reach);
    let changed = match book.staff(&desk.visit.person, (&person.name, staffing)).await? {
        Ok(changed) => changed,
        Err(unstaffed) => return refused(&told(unstaffed, &merchants)?).await,
    };
    noted(&state, &desk, "person.change", (&changed.name, role.as_str())).await?;
    let (page, done) = if still_here {
        (path_of(&desk, &changed.name), "changed")
    } else {
        (desk.path("people"), "left")
    };
    Ok(redirect(&format!("{page}?done={done}")))
}

/// `POST /console/{merchant}/people/{person}/password`: a new one-time password, shown this once.
pub(crate) async fn reset(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    desk.form(&state, Role::Administer, body).await?;
    let person = named(&state, &desk).await?;
    if !desk.visit.person.looks_after(&person) {
        return Err(Trouble::MayNot(Role::Administer));
    }
    match Box::pin(desk.book(&state).reset_person(&person.name)).await {
        Ok(password) => {
            noted(
                &state,
                &desk,
                "person.password",
                (&person.name, "a one-time password"),
            )
            .await?;
            let said = shown_once(&person.name, &password, "They have a new password");
            shown(&state, &desk, &person, (StatusCode::OK, Some(said)), None).await
        }
        Err(BookError::Unknown(_)) => Err(Trouble::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// `POST /console/{merchant}/people/{person}/remove`: lets them in no more, or takes this merchant from somebody who
/// sees more than whoever asks.
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let person = named(&state, &desk).await?;
    if field(&form, "sure") != "yes" {
        return Err(Trouble::Malformed("Tick that you are sure to remove somebody."));
    }
    let (staffing, done) = if desk.visit.person.looks_after(&person) {
        (Staffing::Removed, "removed")
    } else {
        (Staffing::Leaves(desk.merchant.id), "left")
    };
    match desk
        .book(&state)
        .staff(&desk.visit.person, (&person.name, staffing))
        .await?
    {
        Ok(_) => {
            noted(&state, &desk, "person.remove", (&person.name, "")).await?;
            Ok(redirect(&format!("{}?done={done}", desk.path("people"))))
        }
        Err(unstaffed) => {
            let what = told(unstaffed, std::slice::from_ref(&desk.merchant))?;
            let status = (StatusCode::CONFLICT, Some(problem(&what)));
            shown(&state, &desk, &person, status, None).await
        }
    }
}

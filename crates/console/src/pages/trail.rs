//! Who did what to a merchant's administration, the latest first. The operator's people see the installation's trail as
//! well.

use crate::State;
use crate::forms::{Field, Wrong, problem, select};
use crate::page::{Place, answer};
use crate::parts::moment;
use crate::parts::row::empty;
use crate::reading::day;
use crate::trouble::Trouble;
use crate::visit::Desk;
use axum::extract;
use axum::http::StatusCode;
use book::{AuditEntry, AuditPlace, AuditQuery, Merchant, Role};
use http_kit::Answer;
use maud::{Markup, html};

/// How many entries there are on a page.
const PAGE: usize = 50;
/// The longest name of somebody, in characters.
const LONGEST: usize = 300;
/// What there is to be done something to, by the word that its actions begin with.
const SORTS: [(&str, &str); 10] = [
    ("", "anything"),
    ("credential", "credentials"),
    ("webhook", "webhooks"),
    ("person", "people"),
    ("user", "users"),
    ("connector", "connectors"),
    ("settings", "settings"),
    ("catalogue", "catalogues"),
    ("import", "imports"),
    ("merchant", "merchants"),
];

/// What is asked for.
struct Asked {
    query: AuditQuery,
    /// Whether it is the whole installation's trail.
    of_all: bool,
}

/// `GET /console/{merchant}/trail`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let asked = match asked(&desk) {
        Ok(asked) => asked,
        Err(wrong) => {
            let content =
                html! { (heading(&desk, false)) (filters(&desk, Some(&wrong))) (problem(&wrong.what)) };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer(&desk, status, Place::Trail, "Who did what", &content));
        }
    };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut entries = state.book().audit(asked.query, limit).await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries
        .last()
        .filter(|_| has_more)
        .map(|last| written(last.place));
    let merchants = if asked.of_all {
        state.book().merchants().await?
    } else {
        Vec::new()
    };
    let content = html! {
        (heading(&desk, asked.of_all))
        (filters(&desk, None))
        div #results {
            @if entries.is_empty() { (nothing(&desk)) }
            @else { (table(&desk, &entries, asked.of_all.then_some(merchants.as_slice()))) }
            @if let Some(next) = next {
                nav.pager aria-label="Pages" {
                    a.button rel="next" href=(desk.here_with("trail", &[("before", &next)])) { "Older ones" }
                }
            }
        }
    };
    Ok(answer(
        &desk,
        StatusCode::OK,
        Place::Trail,
        "Who did what",
        &content,
    ))
}

fn heading(desk: &Desk, of_all: bool) -> Markup {
    let tab = |of: &str, name: &str| {
        let is_here = (of == "all") == of_all;
        let address = desk.here_with("trail", &[("of", of), ("before", "")]);
        html! { li { a href=(address) aria-current=[is_here.then_some("page")] { (name) } } }
    };
    html! {
        div.heading {
            div {
                h1 { "Who did what" }
                p.lead { "What was changed of the administration, here, by the API and on the command line. What was done to orders stands in each order\u{2019}s timeline." }
            }
            @if desk.visit.person.reach.is_all() {
                nav.tabs aria-label="Whose trail" { ul { (tab("", &desk.merchant.name)) (tab("all", "Everything")) } }
            }
        }
    }
}

fn nothing(desk: &Desk) -> Markup {
    let is_narrowed = ["who", "what", "from", "to"]
        .iter()
        .any(|name| !desk.parameter(name).is_empty());
    if is_narrowed {
        empty(
            "Nothing like that",
            &html! { "Names stand here as entries have them, such as \u{201c}person kari\u{201d}. Clear the filters to see them." },
        )
    } else {
        empty(
            "Nothing yet",
            &html! { "Whoever adds or revokes a credential, changes a webhook or makes a new password is named here." },
        )
    }
}

fn filters(desk: &Desk, wrong: Option<&Wrong>) -> Markup {
    let text = |name: &'static str, label: &'static str| Field::text(name, label, desk.parameter(name));
    let what = desk.parameter("what");
    let mut sorts: Vec<(String, String)> = SORTS
        .map(|(word, name)| (word.to_owned(), name.to_owned()))
        .into();
    // One action alone, as its link in the list asks for it.
    if !what.is_empty() && SORTS.iter().all(|(word, _)| *word != what) {
        sorts.push((what.to_owned(), what.to_owned()));
    }
    let is_narrowed = desk
        .query()
        .pairs()
        .any(|(name, value)| name != "of" && !value.is_empty());
    html! {
        form.filters method="get" action=(desk.path("trail")) aria-label="Filters" {
            @if !desk.parameter("of").is_empty() { input type="hidden" name="of" value=(desk.parameter("of")); }
            (text("who", "Who").longest(LONGEST).html(wrong))
            (select("what", "To what", what, &sorts))
            (text("from", "From").kind("date").html(wrong))
            (text("to", "Until").kind("date").html(wrong))
            button type="submit" { "Filter" }
            @if is_narrowed { a.clear href=(desk.path("trail")) { "Clear" } }
        }
    }
}

fn table(desk: &Desk, entries: &[AuditEntry], merchants: Option<&[Merchant]>) -> Markup {
    let narrowed = |name: &str, value: &str| desk.here_with("trail", &[(name, value), ("before", "")]);
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Who did what" {
            table.stack {
                thead { tr {
                    th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Did" } th scope="col" { "To what" }
                    @if merchants.is_some() { th scope="col" { "Of" } }
                } }
                tbody {
                    @for entry in entries {
                        tr {
                            th scope="row" { (moment(entry.at)) }
                            td data-label="Who" { a href=(narrowed("who", &entry.actor)) { (entry.actor) } }
                            td data-label="Did" { a href=(narrowed("what", &entry.action)) { code { (entry.action) } } }
                            td data-label="To what" {
                                (entry.subject)
                                @if !entry.detail.is_empty() { span.sub { (entry.detail) } }
                            }
                            @if let Some(merchants) = merchants { td data-label="Of" { (whose(entry, merchants)) } }
                        }
                    }
                }
            }
        }
    }
}

fn whose<'m>(entry: &AuditEntry, merchants: &'m [Merchant]) -> &'m str {
    let known = merchants
        .iter()
        .find(|merchant| Some(merchant.id) == entry.merchant);
    known.map_or("the installation", |merchant| merchant.name.as_str())
}

fn asked(desk: &Desk) -> Result<Asked, Wrong> {
    let text = |name: &str| {
        Some(desk.parameter(name))
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned)
    };
    let of_all = desk.parameter("of") == "all" && desk.visit.person.reach.is_all();
    let actor = text("who");
    if actor
        .as_ref()
        .is_some_and(|actor| actor.chars().count() > LONGEST)
    {
        return Err(Wrong::new(
            "who",
            format!("This has at most {LONGEST} characters."),
        ));
    }
    let is_action = |word: &String| {
        word.len() <= 60
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_'))
    };
    let action = text("what");
    if action.as_ref().is_some_and(|action| !is_action(action)) {
        return Err(Wrong::new("what", "There is no such action."));
    }
    let query = AuditQuery {
        merchant: (!of_all).then_some(desk.merchant.id),
        before: text("before").as_deref().and_then(place_of),
        actor,
        action,
        from: day(desk.query(), "from")?,
        until: day(desk.query(), "to")?.map(|at| at.plus_days(1)),
    };
    Ok(Asked { query, of_all })
}

fn written((at, merchant, id): AuditPlace) -> String {
    format!("{at}_{merchant}_{id}")
}

/// The place that a page begins after.
fn place_of(text: &str) -> Option<AuditPlace> {
    let numbers: Option<Vec<i64>> = text.split('_').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([at, merchant, id]) => Some((*at, *merchant, *id)),
        _ => None,
    }
}

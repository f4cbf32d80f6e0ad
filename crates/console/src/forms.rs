//! Fields of forms, each with its label, its hint, and what is wrong with it.

use crate::State;
use crate::trouble::Trouble;
use crate::visit::field;
use book::{Idempotency, KeyReuse};
use http_kit::query::Query;
use maud::{Markup, html};

/// The hidden field that makes what a form does happen once.
const KEY: &str = "key";

/// A field's value that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Which field.
    pub(crate) field: String,
    /// What is wrong, in a sentence.
    pub(crate) what: String,
}

impl Wrong {
    pub(crate) fn new(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            what: what.into(),
        }
    }
}

/// A field of one line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'f> {
    /// The name that it is sent under, and its id.
    pub(crate) name: &'f str,
    pub(crate) label: &'f str,
    /// `text`, `password`, `url`.
    pub(crate) kind: &'f str,
    pub(crate) value: &'f str,
    /// A sentence below the label; may be empty.
    pub(crate) hint: &'f str,
    pub(crate) required: bool,
    /// What browsers may fill in.
    pub(crate) fill: &'f str,
    /// How many characters it may have at the most.
    pub(crate) longest: usize,
}

impl<'f> Field<'f> {
    /// A field of text that may be left empty.
    pub(crate) fn text(name: &'f str, label: &'f str, value: &'f str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            value,
            hint: "",
            required: false,
            fill: "off",
            longest: 500,
        }
    }

    pub(crate) fn hint(self, hint: &'f str) -> Self {
        Self { hint, ..self }
    }

    pub(crate) fn needed(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    pub(crate) fn kind(self, kind: &'f str) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn fill(self, fill: &'f str) -> Self {
        Self { fill, ..self }
    }

    pub(crate) fn longest(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    pub(crate) fn html(&self, wrong: Option<&Wrong>) -> Markup {
        let name = self.name;
        let wrong = wrong.filter(|wrong| wrong.field == name);
        let mut described = Vec::new();
        if !self.hint.is_empty() {
            described.push(format!("{name}-hint"));
        }
        if wrong.is_some() {
            described.push(format!("{name}-wrong"));
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div.field {
                label for=(name) { (self.label) }
                @if !self.hint.is_empty() { p.hint id=(format!("{name}-hint")) { (self.hint) } }
                input id=(name) name=(name) type=(self.kind) value=(self.value) autocomplete=(self.fill)
                    required[self.required] aria-describedby=[described] aria-invalid=[wrong.map(|_| "true")]
                    maxlength=(self.longest);
                @if let Some(wrong) = wrong { p.wrong id=(format!("{name}-wrong")) { (wrong.what) } }
            }
        }
    }
}

/// A choice of one among several words, each with what it says.
pub(crate) fn select(name: &str, label: &str, chosen: &str, options: &[(String, String)]) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, told) in options { option value=(value) selected[value == chosen] { (told) } }
            }
        }
    }
}

/// What has been done, told at the top of a page.
pub(crate) fn notice(text: &str) -> Markup {
    html! { p.notice role="status" { (text) } }
}

/// What is wrong, told above a form.
pub(crate) fn problem(text: &str) -> Markup {
    html! { p.problem role="alert" { (text) } }
}

/// The hidden field that makes what a form does happen once, however often it is sent.
pub(crate) fn key(state: &State) -> Markup {
    html! { input type="hidden" name=(KEY) value=(state.book().fresh_text()); }
}

/// Under which the book remembers what a form has done: its own key, within what it is about.
pub(crate) fn once(form: &Query, scope: String) -> Result<Idempotency, Trouble> {
    let key = field(form, KEY);
    if !(16..=64).contains(&key.len()) {
        return Err(Trouble::Malformed(
            "The form does not say what it was opened for.",
        ));
    }
    let said: Vec<String> = form
        .pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Ok(Idempotency {
        request: None,
        scope,
        key: key.to_owned(),
        fingerprint: Idempotency::fingerprint(said.join("\n").as_bytes()),
        reuse: KeyReuse::Refuse,
    })
}

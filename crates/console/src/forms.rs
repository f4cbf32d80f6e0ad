//! Fields of forms, each with its label, its hint, and what is wrong with it.

use maud::{Markup, html};

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
                    maxlength="500";
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

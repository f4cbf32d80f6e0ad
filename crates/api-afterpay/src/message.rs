//! AfterPay's error messages: what every 400 is a list of, and what a rejection explains itself with.

use crate::language::{Language, Phrase};
use axum::http::StatusCode;
use http_kit::Answer;
use schemars::JsonSchema;
use serde::Serialize;

/// One message, as the wire has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResponseMessage {
    pub(crate) r#type: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) customer_facing_message: String,
    pub(crate) action_code: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) field_reference: String,
}

/// What the client should do about it.
pub(crate) const UNAVAILABLE: &str = "Unavailable";
/// The consumer should look at what they entered.
pub(crate) const RE_ENTER: &str = "AskConsumerToReEnterData";

/// Something wrong with one member of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) code: &'static str,
    pub(crate) phrase: Phrase,
    pub(crate) action: &'static str,
    /// The member's place, such as `order.items[0].quantity`; empty for the body itself.
    pub(crate) field: String,
    /// What precisely is wrong, in English, when that is more than what the code says.
    pub(crate) detail: Option<String>,
}

impl Flaw {
    fn of(code: &'static str, phrase: Phrase, field: String) -> Self {
        Self {
            code,
            phrase,
            action: RE_ENTER,
            field,
            detail: None,
        }
    }

    /// The body is missing or is not JSON.
    pub(crate) fn body(detail: Option<String>) -> Self {
        Self {
            action: UNAVAILABLE,
            detail,
            ..Self::of("400.001", Phrase::BodyMissing, String::new())
        }
    }

    /// A member that must be there isn't.
    pub(crate) fn required(field: String) -> Self {
        Self::of("400.002", Phrase::Required, field)
    }

    /// A value is too large or too small.
    pub(crate) fn out_of_range(field: String) -> Self {
        Self::of("400.003", Phrase::OutOfRange, field)
    }

    /// A value is not of the form that the member takes.
    pub(crate) fn malformed(field: String) -> Self {
        Self::of("400.004", Phrase::Malformed, field)
    }

    /// A text is longer than the member takes.
    pub(crate) fn too_long(field: String, longest: usize) -> Self {
        Self::of("400.005", Phrase::TooLong(longest), field)
    }

    /// A text is shorter than the member takes.
    pub(crate) fn too_short(field: String, shortest: usize) -> Self {
        Self::of("400.006", Phrase::TooShort(shortest), field)
    }

    /// A number has more digits than can be kept.
    pub(crate) fn too_fine(field: String) -> Self {
        Self::of("400.007", Phrase::TooFine, field)
    }

    /// A failure that is not about the form of one member.
    pub(crate) fn business(code: &'static str, phrase: Phrase, field: &str) -> Self {
        Self {
            action: UNAVAILABLE,
            ..Self::of(code, phrase, field.to_owned())
        }
    }

    /// The same, with words of its own.
    #[must_use]
    pub(crate) fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The message, to be shown to a customer who speaks this language.
    pub(crate) fn message(&self, language: Language) -> ResponseMessage {
        let plain = self.phrase.text(Language::En);
        ResponseMessage {
            r#type: "BusinessError",
            code: self.code,
            message: self.detail.clone().unwrap_or(plain),
            customer_facing_message: self.phrase.text(language),
            action_code: self.action,
            field_reference: self.field.clone(),
        }
    }
}

/// The flaws as the list that a 400 is.
pub(crate) fn list(flaws: &[Flaw], language: Language) -> Vec<ResponseMessage> {
    flaws.iter().map(|flaw| flaw.message(language)).collect()
}

/// A list of one message whose status is not 400, for what the server itself refuses or fails at.
pub(crate) fn alone(
    status: StatusCode,
    code: &'static str,
    phrase: Phrase,
    technical: bool,
    sentence: String,
) -> Answer {
    let flaw = Flaw::business(code, phrase, "").saying(sentence);
    let mut message = flaw.message(Language::En);
    if technical {
        message.r#type = "TechnicalError";
    }
    Answer::json(status, &[message])
}

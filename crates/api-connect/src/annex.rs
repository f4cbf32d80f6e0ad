//! What only Connect knows of an order: the registration as the client sent it, members and all that nobody else has
//! a use for (receivers, permissions, payment details, articles).

use crate::errors::ApiError;
use http_kit::body::JsonError;
use order::{Dialect, Opaque, Order};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The annex as it is kept.
#[derive(Serialize)]
struct Kept<'a> {
    request: &'a RawValue,
}

/// The annex of a registration with this body, which has been read before.
pub(crate) fn of_registration(body: &[u8]) -> Result<Opaque, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_error| ApiError::from(JsonError::NotUtf8))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unreadable = |error: serde_json::Error| ApiError::Invalid(error.to_string());
    let request = serde_json::from_str(text).map_err(unreadable)?;
    Opaque::of(&Kept { request }).map_err(unreadable)
}

/// What completing an order has to know of its registration.
#[derive(Default, Deserialize)]
struct Glance {
    #[serde(default)]
    request: Request,
}

#[derive(Default, Deserialize)]
struct Request {
    #[serde(default)]
    payer: Payer,
}

#[derive(Default, Deserialize)]
struct Payer {
    #[serde(default, rename = "phoneNumbers")]
    phone_numbers: Option<Vec<String>>,
}

/// The payer's phone numbers; none of an order that was not registered through Connect.
pub(crate) fn phone_numbers(order: &Order) -> Vec<String> {
    let annex = order.annex.get(&Dialect::Connect);
    let glance: Glance = annex.and_then(|annex| annex.read().ok()).unwrap_or_default();
    glance.request.payer.phone_numbers.unwrap_or_default()
}

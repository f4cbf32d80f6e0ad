//! `POST /validate/address`: whether an address can be one. Ordrebok has no register of addresses: it checks that what
//! a parcel needs is there, and the postal code's form, and gives the address back written as its country writes it.

use crate::State;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::reading::Object;
use crate::wire::Address;
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use http_kit::Answer;
use schemars::JsonSchema;
use serde::Serialize;

fn read(body: &Object<'_>) -> Option<Address> {
    let customer = body.required("customer", body.object("customer"))?;
    let address = customer.required("address", customer.object("address"))?;
    Some(Address::read(&address))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Validated {
    is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected_address: Option<Address>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let call = WriteCall::read_only(&state, request).await?;
    let address = match call.parse(read) {
        Ok(address) => address,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let corrected_address = corrected(&address);
    let validated = Validated {
        is_valid: corrected_address.is_some(),
        corrected_address,
    };
    Ok(Answer::json(StatusCode::OK, &validated))
}

/// The address as its country writes it; none when something is missing or the postal code can't be one.
fn corrected(address: &Address) -> Option<Address> {
    let country = address.country_code.as_deref()?;
    let tidy = |text: &Option<String>| {
        let text = text.as_deref()?.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    };
    let street = tidy(&address.street)?;
    let postal_place = tidy(&address.postal_place)?;
    let postal_code = postal_code(address.postal_code.as_deref()?, country)?;
    Some(Address {
        street: Some(street),
        street_number: tidy(&address.street_number),
        street_number_additional: tidy(&address.street_number_additional),
        postal_code: Some(postal_code),
        postal_place: Some(postal_place),
        ..address.clone()
    })
}

/// The postal code as its country writes it.
fn postal_code(code: &str, country: &str) -> Option<String> {
    let code: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect();
    // Some write the country before the code.
    let code = code.to_ascii_uppercase();
    let code = code.strip_prefix(country).unwrap_or(&code);
    let is_digits =
        |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    match country {
        "NO" | "DK" | "AT" | "CH" | "BE" => is_digits(code, 4).then(|| code.to_owned()),
        "FI" | "DE" => is_digits(code, 5).then(|| code.to_owned()),
        "SE" => {
            let (area, rest) = code.split_at_checked(3)?;
            (is_digits(area, 3) && is_digits(rest, 2)).then(|| format!("{area} {rest}"))
        }
        "NL" => {
            let (digits, letters) = code.split_at_checked(4)?;
            let is_letters = letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
            (is_digits(digits, 4) && is_letters).then(|| format!("{digits} {letters}"))
        }
        _ => Some(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes_are_written_as_their_country_writes_them() {
        for (code, country, written) in [
            ("0155", "NO", Some("0155")),
            ("NO-0155", "NO", Some("0155")),
            ("155", "NO", None),
            ("11122", "SE", Some("111 22")),
            ("111 22", "SE", Some("111 22")),
            ("1112", "SE", None),
            ("9000xv", "NL", Some("9000 XV")),
            ("9000", "NL", None),
            ("12345", "DE", Some("12345")),
            ("1234é", "NL", None),
            ("00100", "FI", Some("00100")),
        ] {
            assert_eq!(
                postal_code(code, country).as_deref(),
                written,
                "for {code} in {country}"
            );
        }
    }
}

//! `POST /validate/bank-account`: whether a bank account can be one, and of a country that is taken.

use crate::State;
use crate::call::WriteCall;
use crate::errors::Refused;
use crate::language::{Language, Phrase};
use crate::message::{Flaw, RE_ENTER, ResponseMessage};
use crate::reading::Object;
use axum::body::Body;
use axum::extract;
use axum::http::{Request, StatusCode};
use http_kit::Answer;
use iban::{Iban, IbanLike};
use schemars::JsonSchema;
use serde::Serialize;

/// The documented bounds of an account number, in characters without spaces.
const SHORTEST: usize = 7;
const LONGEST: usize = 34;

/// What is sent: the account, without spaces.
struct Sent(String);

impl Sent {
    fn read(body: &Object<'_>) -> Option<Self> {
        let account = body.required("bankAccount", body.text("bankAccount", 200))?;
        body.text("bankCode", 11);
        let account: String = account.chars().filter(|letter| !letter.is_whitespace()).collect();
        match account.chars().count() {
            length if length < SHORTEST => {
                body.refuse(Flaw::too_short(body.place("bankAccount"), SHORTEST));
            }
            length if length > LONGEST => {
                body.refuse(Flaw::too_long(body.place("bankAccount"), LONGEST));
            }
            _within => {}
        }
        Some(Self(account))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Validated {
    is_valid: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    risk_check_messages: Vec<ResponseMessage>,
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let call = WriteCall::read_only(&state, request).await?;
    let Sent(account) = match call.parse(Sent::read) {
        Ok(sent) => sent,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let flaw = flaw_of(&account, &state.settings.bank_account_countries);
    let validated = Validated {
        is_valid: flaw.is_none(),
        risk_check_messages: flaw
            .iter()
            .map(|flaw| flaw.message(Language::default()))
            .collect(),
    };
    Ok(Answer::json(StatusCode::OK, &validated))
}

/// What is wrong with an account: first its form, check digits and length included, then its country.
fn flaw_of(account: &str, countries: &[String]) -> Option<Flaw> {
    let wrong = |code, phrase| Flaw {
        action: RE_ENTER,
        ..Flaw::business(code, phrase, "bankAccount")
    };
    let Ok(iban) = account.to_ascii_uppercase().parse::<Iban>() else {
        return Some(wrong("200.910", Phrase::Malformed));
    };
    let is_taken = countries.iter().any(|country| country == iban.country_code());
    let sentence = "Account number from this country is not supported for this AfterPay merchant.";
    (!is_taken).then(|| wrong("200.909", Phrase::AccountCountry).saying(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The accounts that were tried on a live test host, and what it said of them.
    #[test]
    fn accounts_are_what_they_were_on_a_live_host() {
        let countries: Vec<String> = ["NO", "DE", "AT", "CH", "FI", "SE", "DK", "NL", "GB", "BE"]
            .map(str::to_owned)
            .to_vec();
        let code = |account: &str| flaw_of(account, &countries).map_or("valid", |flaw| flaw.code);
        for account in [
            "DE89370400440532013000",
            "NO9386011117947",
            "AT611904300234573201",
            "CH9300762011623852957",
            "FI2112345600000785",
            "SE4550000000058398257466",
            "DK5000400440116243",
            "NL91ABNA0417164300",
            "GB09HAOE91311808002317",
            "de89370400440532013000",
        ] {
            assert_eq!(code(account), "valid", "for {account}");
        }
        for account in [
            "AL47212110090000000235698741",
            "EE382200221020145685",
            "LI21088100002324013AA",
        ] {
            assert_eq!(code(account), "200.909", "for {account}");
        }
        for account in [
            "DE89370400440532013001",
            "1234567",
            "DE8937040044053201300",
            "XX89370400440532013000",
            "ÆØÅ4567",
        ] {
            assert_eq!(code(account), "200.910", "for {account}");
        }
    }
}

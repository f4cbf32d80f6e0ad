//! `/admin/settings`: what is set for one merchant while servers run.

use super::call::{AdminCall, administrator, merchant_of, needed};
use crate::State;
use crate::conditions::{etag, if_match, is_known};
use crate::errors::{INSUFFICIENT_SCOPE, SETTINGS_CHANGED};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::reading::invalid;
use axum::body::Body;
use axum::extract;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{KeptSettings, MerchantSettings};
use http_kit::Answer;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The largest number of calls that means a limit.
const MOST_CALLS: u32 = 1_000_000;
/// The longest life of a reservation: ten years.
const MOST_DAYS: u32 = 3650;
/// The longest that an order stays open: a day.
const MOST_MILLISECONDS: u32 = 86_400_000;

/// What is set. A member that is left out is as the server's configuration says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    /// How many calls each credential has in a second, of this API and of Connect; 0 for as many as it likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls_a_second: Option<u32>,
    /// The same in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls_a_minute: Option<u32>,
    /// After how many days a reservation lapses that does not say it itself: those of AfterPay, and those of this API
    /// without `expiresAt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_days: Option<u32>,
    /// How long orders, customers and resellers of the Marketplace stay open (1002) before the server completes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_after_milliseconds: Option<u32>,
}

/// What is to change: `null` takes back what is set, and what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SettingsChange")]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    /// For operators: 0 to a million.
    #[schemars(with = "Option<u32>", range(max = 1_000_000))]
    calls_a_second: Wanted,
    /// For operators: 0 to a million.
    #[schemars(with = "Option<u32>", range(max = 1_000_000))]
    calls_a_minute: Wanted,
    /// 1 to 3650.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3650))]
    reservation_days: Wanted,
    /// 0 to a day.
    #[schemars(with = "Option<u32>", range(max = 86_400_000))]
    complete_after_milliseconds: Wanted,
}

/// What is wanted of one setting.
#[derive(Debug, Clone, Copy, Default)]
enum Wanted {
    /// That it stays.
    #[default]
    Kept,
    /// That it is as the configuration says.
    TakenBack,
    /// That it is this.
    Set(u32),
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(value)?;
        Ok(value.map_or(Self::TakenBack, Self::Set))
    }
}

impl Wanted {
    fn is_said(self) -> bool {
        !matches!(self, Self::Kept)
    }
}

impl From<MerchantSettings> for Settings {
    fn from(kept: MerchantSettings) -> Self {
        Self {
            calls_a_second: kept.calls_a_second,
            calls_a_minute: kept.calls_a_minute,
            reservation_days: kept.reservation_days,
            complete_after_milliseconds: kept.complete_after_milliseconds,
        }
    }
}

impl Change {
    /// What it says that only an operator says.
    fn of_operators(&self) -> Option<&'static str> {
        let calls = [
            ("callsASecond", self.calls_a_second),
            ("callsAMinute", self.calls_a_minute),
        ];
        let said = calls.into_iter().find(|(_, wanted)| wanted.is_said());
        said.map(|(name, _)| name)
    }

    fn check(&self) -> Result<(), Problem> {
        for (name, wanted, range) in [
            ("callsASecond", self.calls_a_second, 0..=MOST_CALLS),
            ("callsAMinute", self.calls_a_minute, 0..=MOST_CALLS),
            ("reservationDays", self.reservation_days, 1..=MOST_DAYS),
            (
                "completeAfterMilliseconds",
                self.complete_after_milliseconds,
                0..=MOST_MILLISECONDS,
            ),
        ] {
            if let Wanted::Set(value) = wanted
                && !range.contains(&value)
            {
                let (least, most) = (range.start(), range.end());
                let wrong = format!("must be null or a whole number from {least} to {most}");
                return Err(invalid(name, &wrong));
            }
        }
        Ok(())
    }

    fn apply(&self, settings: &mut MerchantSettings) {
        for (wanted, place) in [
            (self.calls_a_second, &mut settings.calls_a_second),
            (self.calls_a_minute, &mut settings.calls_a_minute),
            (self.reservation_days, &mut settings.reservation_days),
            (
                self.complete_after_milliseconds,
                &mut settings.complete_after_milliseconds,
            ),
        ] {
            match wanted {
                Wanted::Kept => {}
                Wanted::TakenBack => *place = None,
                Wanted::Set(value) => *place = Some(value),
            }
        }
    }
}

fn shown(kept: KeptSettings) -> Answer {
    Answer::json(StatusCode::OK, &Settings::from(kept.settings)).with(ETAG, etag(kept.version))
}

pub(super) async fn get(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let known = administrator(&state, &headers).await?;
    let parameters = Parameters::read(&uri, &["merchant"])?;
    let merchant = needed(merchant_of(&state, &known, &parameters).await?)?;
    let kept = state.book.settings(merchant).await?;
    if is_known(&headers, kept.version) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).with(ETAG, etag(kept.version)));
    }
    Ok(shown(kept))
}

pub(super) async fn change(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, Problem> {
    let tags = request.headers().clone();
    let call = AdminCall::read(&state, request).await?;
    let versions = if_match(&tags)?;
    let merchant = call.merchant(&state).await?;
    let change: Change = call.parse()?;
    if let Some(field) = change.of_operators()
        && call.administrator.merchant.is_some()
    {
        let detail = format!("{field} is set by an operator.");
        return Err(Problem::new(INSUFFICIENT_SCOPE, detail).at(field));
    }
    change.check()?;
    let changed = call
        .book(&state)
        .change_settings(merchant, versions, move |settings| change.apply(settings))
        .await?;
    changed.map(shown).ok_or_else(|| {
        let detail = "The settings are not at a version that If-Match names.";
        Problem::new(SETTINGS_CHANGED, detail).at("If-Match")
    })
}

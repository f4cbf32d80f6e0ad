//! `benefits` of a customer: what they have committed themselves to, and whether they are an agency.

use super::fields::{Complaints, Fields};
use crate::errors::{ApiError, MINIMUM_QUANTITY};
use http_kit::wire::{Number, time};
use order::{Account, Commitment, CommitmentStage, Quantity, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

const LONGEST: usize = 40;
const COMMIT: &str = "THREE_YEAR_COMMIT";
pub(crate) const AGENCY: &str = "LARGE_GOVERNMENT_AGENCY";
/// How many licences, and how many consumables, a commitment is for at the least.
const LEAST: [(&str, i64); 2] = [("LICENSE", 10), ("CONSUMABLES", 1000)];
const MOST: i64 = 999_999;

/// What `benefits` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Benefits {
    /// What is promised and held.
    pub(crate) commitment: Option<Commitment>,
    /// What is asked for, or promised and not held yet.
    pub(crate) requested: Option<Commitment>,
    /// What is to follow it.
    pub(crate) recommitment: Option<Commitment>,
    /// All others, as they were sent.
    pub(crate) others: Vec<Value>,
    /// What is too little.
    pub(crate) too_few: Vec<&'static str>,
}

impl Benefits {
    /// Refuses quantities that are too small.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        if self.too_few.is_empty() {
            return Ok(());
        }
        Err(ApiError::about(MINIMUM_QUANTITY, self.too_few.iter().copied()))
    }
}

/// Whether these benefits are a large government agency's.
pub(crate) fn is_agency(benefits: &[Value]) -> bool {
    benefits.iter().any(|benefit| benefit["type"] == AGENCY)
}

/// Reads benefits, at this path of a body or a file.
pub(crate) fn read(sent: &[Value], path: &str, complaints: &mut Complaints) -> Benefits {
    let members = Map::from_iter([(path.to_owned(), Value::Array(sent.to_vec()))]);
    let fields = Fields::of(&members);
    let mut read = Benefits::default();
    for benefit in fields.objects(path, complaints).unwrap_or_default() {
        let kind = benefit.needed_text("type", LONGEST, complaints);
        match kind.as_str() {
            COMMIT => read_commitments(&benefit, &mut read, complaints),
            AGENCY => {
                let status = benefit.value("status").cloned();
                let status = status.unwrap_or_else(|| json!("ACTIVE"));
                read.others.push(json!({ "type": AGENCY, "status": status }));
            }
            "" => {}
            _ => complaints.invalid(benefit.at("type")),
        }
    }
    read
}

fn read_commitments(benefit: &Fields<'_>, read: &mut Benefits, complaints: &mut Complaints) {
    let mut too_few = Vec::new();
    let mut part = |name: &str| {
        let sent = benefit.object(name, complaints)?;
        commitment(&sent, &mut too_few, complaints)
    };
    let (held, asked) = (part("commitment"), part("commitmentRequest"));
    let next = part("recommitmentRequest");
    (read.commitment, read.requested, read.recommitment) = (held, asked, next);
    read.too_few.extend(too_few);
}

fn commitment(
    sent: &Fields<'_>,
    too_few: &mut Vec<&'static str>,
    complaints: &mut Complaints,
) -> Option<Commitment> {
    let mut day = |name: &str| {
        let text = sent.text(name, LONGEST, complaints)?;
        let read = time::parse_date(&text).ok().map(Timestamp);
        if read.is_none() {
            complaints.invalid(sent.at(name));
        }
        read
    };
    let days = day("startDate").zip(day("endDate"));
    let status = sent.text("status", LONGEST, complaints);
    let stage = match (days, status.as_deref()) {
        (Some((starts, ends)), Some("COMMITTED" | "ACTIVE")) => CommitmentStage::Committed { starts, ends },
        (Some((starts, ends)), Some("ACCEPTED")) => CommitmentStage::Accepted { starts, ends },
        // What has been declined or has run out is no commitment.
        (_, Some("DECLINED" | "EXPIRED" | "NONCOMPLIANT")) => return None,
        _ => CommitmentStage::Requested,
    };
    // What holds already was agreed elsewhere, and is what it is.
    let is_asked = stage == CommitmentStage::Requested;
    let mut least = [None, None];
    let quantities = sent.objects("minimumQuantities", complaints);
    if quantities.is_none() {
        complaints.missing(sent.at("minimumQuantities"));
    }
    for wanted in quantities.unwrap_or_default() {
        let kind = wanted.needed_text("offerType", LONGEST, complaints);
        let whole = wanted.needed_whole("quantity", complaints);
        let place = LEAST.into_iter().position(|(known, _)| known == kind);
        match (
            place.and_then(|place| Some((least.get_mut(place)?, LEAST.get(place)?))),
            whole,
        ) {
            (Some((kept, (_, from))), Some(whole))
                if (if is_asked { *from } else { 1 }..=MOST).contains(&whole) =>
            {
                *kept = Quantity::new(Decimal::from(whole)).ok();
            }
            (Some((_, (word, _))), Some(_)) => too_few.push(word),
            (None, _) if !kind.is_empty() => complaints.invalid(wanted.at("offerType")),
            _ => {}
        }
    }
    let [licences, consumables] = least;
    Some(Commitment {
        licences,
        consumables,
        stage,
    })
}

/// What is shown of an account's benefits.
pub(crate) fn shown(account: &Account, others: &[Value]) -> Vec<Value> {
    let mut all = others.to_vec();
    let has_any =
        account.commitment.is_some() || account.requested.is_some() || account.recommitment.is_some();
    if !has_any {
        return all;
    }
    all.push(json!({
        "type": COMMIT,
        "commitment": account.commitment.as_ref().map(told),
        "commitmentRequest": account.requested.as_ref().map(told),
        "recommitmentRequest": account.recommitment.as_ref().map(told),
    }));
    all
}

fn told(one: &Commitment) -> Value {
    let least = [("LICENSE", one.licences), ("CONSUMABLES", one.consumables)];
    let least = least.into_iter().filter_map(|(kind, least)| {
        let quantity = Number::plain(least?.decimal());
        Some(json!({ "offerType": kind, "quantity": quantity }))
    });
    let mut shown = Map::new();
    if let Some((starts, ends)) = one.stage.days() {
        shown.insert("startDate".to_owned(), time::date_text(starts.0).into());
        shown.insert("endDate".to_owned(), time::date_text(ends.0).into());
    }
    let status = match one.stage {
        CommitmentStage::Requested => "REQUESTED",
        CommitmentStage::Accepted { .. } => "ACCEPTED",
        CommitmentStage::Committed { .. } => "COMMITTED",
    };
    shown.insert("status".to_owned(), status.into());
    shown.insert("minimumQuantities".to_owned(), least.collect());
    shown.into()
}

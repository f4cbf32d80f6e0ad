//! Catalogues as files: JSON with `offers` and `promotions`, or CSV with a line for each offer and currency.

use super::membership::FileMembership;
use super::partner::Partner;
use super::pending::{FilePending, PendingLicence};
use super::promotion::{Outcome, OutcomeKind, OutcomeValue, Promotion, PromotionCategory};
use super::recommendation::Recommendation;
use super::{Offer, RegionalPrice, SwitchPath};
use http_kit::wire::{FromDigits, Lenient, Number, time};
use order::{Amount, Currency, Membership, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// Offers by their ids.
    pub offers: BTreeMap<String, Offer>,
    /// Promotions.
    pub promotions: Vec<Promotion>,
    /// Which product can be exchanged for which.
    pub paths: Vec<SwitchPath>,
    /// Memberships that can be taken over, by their ids.
    pub memberships: BTreeMap<String, Membership>,
    /// Licences that wait for an order.
    pub pending: Vec<PendingLicence>,
    /// What is recommended.
    pub recommendations: Vec<Recommendation>,
    /// What the merchant may do, when the file says.
    pub partner: Option<Partner>,
}

/// One offer in one currency, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FileOffer {
    offer_id: String,
    currency: String,
    price: Lenient<Number>,
    #[serde(default)]
    market_segment: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    end_of_sale: Option<String>,
    #[serde(default)]
    add_on_to: Vec<String>,
    #[serde(default)]
    partial_returns: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FilePromotion {
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    start_date: String,
    end_date: String,
    #[serde(default)]
    market_segments: Vec<String>,
    #[serde(default)]
    qualification: Qualification,
    outcomes: Vec<FileOutcome>,
    #[serde(default)]
    category: PromotionCategory,
    #[serde(default)]
    one_time_use: bool,
    #[serde(default)]
    not_combinable: bool,
    #[serde(default)]
    three_year_commit_only: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Qualification {
    #[serde(default)]
    base_offer_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOutcome {
    #[serde(rename = "type")]
    kind: OutcomeKind,
    discounts: Vec<OutcomeValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    #[serde(default)]
    offers: Vec<FileOffer>,
    #[serde(default)]
    promotions: Vec<FilePromotion>,
    #[serde(default)]
    switch_paths: Vec<SwitchPath>,
    /// The countries of each region that offers name.
    #[serde(default)]
    regions: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    memberships: Vec<FileMembership>,
    #[serde(default)]
    pending_licences: Vec<FilePending>,
    #[serde(default)]
    recommendations: Vec<Recommendation>,
    #[serde(default)]
    partner: Option<Partner>,
}

/// Reads a JSON catalogue: `{"offers": [...], "promotions": [...]}`.
///
/// # Errors
/// What is wrong, and where.
pub fn read_json(text: &[u8]) -> Result<Entries, String> {
    let file: File = http_kit::body::parse_json(text).map_err(|error| error.to_string())?;
    let mut entries = Entries {
        paths: file.switch_paths,
        recommendations: file.recommendations,
        partner: file.partner,
        ..Entries::default()
    };
    for (place, recommendation) in entries.recommendations.iter_mut().enumerate() {
        recommendation.place = place;
    }
    for (place, membership) in file.memberships.into_iter().enumerate() {
        let id = membership.membership_id.clone();
        let membership = membership
            .membership()
            .map_err(|wrong| format!("memberships[{place}].{wrong}"))?;
        entries.memberships.insert(id, membership);
    }
    for (place, pending) in file.pending_licences.into_iter().enumerate() {
        let pending = pending.pending();
        entries
            .pending
            .push(pending.map_err(|wrong| format!("pendingLicences[{place}].{wrong}"))?);
    }
    for (place, offer) in file.offers.into_iter().enumerate() {
        add(&mut entries.offers, offer, &file.regions)
            .map_err(|wrong| format!("offers[{place}]: {wrong}"))?;
    }
    for (place, promotion) in file.promotions.into_iter().enumerate() {
        let promotion = promotion_of(promotion).map_err(|wrong| format!("promotions[{place}]: {wrong}"))?;
        entries.promotions.push(promotion);
    }
    Ok(entries)
}

/// Reads a CSV catalogue. Its first line names the columns, in any order: `offerId`, `currency`, `price`, and if you
/// like `marketSegment`, `name` and `endOfSale`.
///
/// # Errors
/// What is wrong, and in which line.
pub fn read_csv(text: &str) -> Result<Entries, String> {
    let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let (_, head) = lines.next().ok_or("the file is empty")?;
    let columns = cells(head);
    let mut entries = Entries::default();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let row: BTreeMap<String, String> = columns.iter().cloned().zip(cells(line)).collect();
        offer_of(&row)
            .and_then(|offer| add(&mut entries.offers, offer, &BTreeMap::new()))
            .map_err(|wrong| format!("line {number}: {wrong}"))?;
    }
    Ok(entries)
}

fn offer_of(row: &BTreeMap<String, String>) -> Result<FileOffer, String> {
    let cell = |name: &str| {
        row.get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let needed = |name: &str| cell(name).ok_or_else(|| format!("{name} is missing"));
    let price = Decimal::from_digits(&needed("price")?).map_err(|error| format!("price: {error}"))?;
    Ok(FileOffer {
        offer_id: needed("offerId")?,
        currency: needed("currency")?,
        price: Lenient(Number(price)),
        market_segment: cell("marketSegment"),
        name: cell("name"),
        region: None,
        end_of_sale: cell("endOfSale"),
        add_on_to: Vec::new(),
        partial_returns: None,
    })
}

/// The cells of one line, of which those in quotes may hold commas and doubled quotes.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells
}

/// Adds an offer in one currency. One that has two prices in it contradicts itself.
fn add(
    offers: &mut BTreeMap<String, Offer>,
    told: FileOffer,
    regions: &BTreeMap<String, Vec<String>>,
) -> Result<(), String> {
    let currency = Currency::from_code(&told.currency);
    let currency = currency.ok_or_else(|| format!("{} is no currency of ISO 4217", told.currency))?;
    let price = Amount::new(told.price.0.0).map_err(|error| format!("price: {error}"))?;
    if price.is_negative() {
        return Err("price: it is below zero".to_owned());
    }
    let offer = offers.entry(told.offer_id.clone()).or_default();
    offer.name = told.name.unwrap_or(std::mem::take(&mut offer.name));
    offer.segment = told.market_segment.or(offer.segment.take());
    if let Some(text) = told.end_of_sale {
        let ends = time::parse(&text).map_err(|_error| format!("endOfSale: {text} is no date"))?;
        offer.ends = Some(Timestamp(ends));
    }
    if !told.add_on_to.is_empty() {
        offer.add_on_to = told.add_on_to;
    }
    offer.whole_returns = told
        .partial_returns
        .map_or(offer.whole_returns, |partial| !partial);
    if let Some(region) = told.region {
        let countries = regions.get(&region);
        let countries = countries.ok_or_else(|| format!("region: the file has no countries of {region}"))?;
        let countries = countries.clone();
        let regional = RegionalPrice { countries, price };
        offer.regional.insert(format!("{region} {currency}"), regional);
        return Ok(());
    }
    match offer.prices.insert(currency.code().to_owned(), price) {
        Some(other) if other != price => Err(format!(
            "{} has two prices in {currency}: {other} and {price}",
            told.offer_id
        )),
        _ => Ok(()),
    }
}

fn promotion_of(told: FilePromotion) -> Result<Promotion, String> {
    let date = |name: &str, text: &str| {
        let at = time::parse(text).map_err(|_error| format!("{name}: {text} is no date"))?;
        Ok::<Timestamp, String>(Timestamp(at))
    };
    let outcomes = told.outcomes.into_iter().map(|outcome| Outcome {
        kind: outcome.kind,
        values: outcome.discounts,
    });
    Ok(Promotion {
        starts: date("startDate", &told.start_date)?,
        ends: date("endDate", &told.end_date)?,
        code: told.code,
        name: told.name,
        description: told.description,
        segments: told.market_segments,
        offers: told.qualification.base_offer_ids,
        outcomes: outcomes.collect(),
        category: told.category,
        once: told.one_time_use,
        alone: told.not_combinable,
        committed: told.three_year_commit_only,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_catalogue_is_read_or_refused_by_line() {
        let text =
            "price,offerId,currency,name\r\n10.50,A,USD,\"Cloud, \"\"big\"\"\"\n9,A,EUR,\n\n1,B,JPY,x\n";
        let entries = read_csv(text).unwrap();
        let offer = &entries.offers["A"];
        assert_eq!(offer.name, "Cloud, \"big\"");
        assert_eq!(offer.prices["USD"].to_string(), "10.50");
        assert_eq!((offer.prices.len(), entries.offers.len()), (2, 2));
        for (text, told) in [
            ("", "the file is empty"),
            ("offerId,currency,price\nA,USD", "line 2: price is missing"),
            (
                "offerId,currency,price\n\nA,XYZ,1",
                "line 3: XYZ is no currency of ISO 4217",
            ),
            ("offerId,currency,price\nA,USD,ten", "line 2: price: not a number"),
            (
                "offerId,currency,price\nA,USD,-1",
                "line 2: price: it is below zero",
            ),
            (
                "offerId,currency,price\nA,USD,1\nA,USD,2",
                "line 3: A has two prices in USD: 1 and 2",
            ),
        ] {
            assert_eq!(read_csv(text), Err(told.to_owned()));
        }
    }

    #[test]
    fn a_json_catalogue_is_read_or_refused_by_place() {
        let text = br#"{"offers":[{"offerId":"A","currency":"USD","price":"10.50","marketSegment":"COM"}],
            "promotions":[{"code":"S","startDate":"2026-01-01","endDate":"2026-02-01","outcomes":[{"type":"PERCENTAGE_DISCOUNT","discounts":[{"value":10}]}]}]}"#;
        let entries = read_json(text).unwrap();
        assert_eq!(entries.offers["A"].segment.as_deref(), Some("COM"));
        assert!(entries.promotions[0].runs_at(Timestamp(1_767_300_000_000)));
        assert!(!entries.promotions[0].runs_at(entries.promotions[0].ends));
        for (text, told) in [
            (
                r#"{"offer":[]}"#,
                "unknown field `offer`, expected one of `offers`, `promotions`, `switchPaths`, `regions`, `memberships`, `pendingLicences`, `recommendations`, `partner`",
            ),
            (
                r#"{"offers":[{"offerId":"A","currency":"USD"}]}"#,
                "offers[0].price is missing",
            ),
            (
                r#"{"offers":[{"offerId":"A","currency":"USD","price":-1}]}"#,
                "offers[0]: price: it is below zero",
            ),
            (
                r#"{"promotions":[{"code":"S","startDate":"soon","endDate":"2026-02-01","outcomes":[]}]}"#,
                "promotions[0]: startDate: soon is no date",
            ),
        ] {
            let error = read_json(text.as_bytes()).unwrap_err();
            assert!(error.ends_with(told), "{error}");
        }
    }
}

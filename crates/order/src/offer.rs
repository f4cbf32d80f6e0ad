//! How a product's offers hang together.
//!
//! An offer id has fifteen characters: ten that name the product (with the market segment as its tenth), two for the
//! volume discount level, three more. Offers of one product that differ in their level are one product to a
//! subscription. An id of any other form is a product of its own.

use crate::Quantity;
use rust_decimal::Decimal;

const LENGTH: usize = 15;
const FAMILY: usize = 10;
const LEVEL: std::ops::Range<usize> = 10..12;
const BASE: &str = "01";

/// The part that all offers of one product share.
pub fn family(offer: &str) -> &str {
    split(offer).map_or(offer, |(family, _, _)| family)
}

/// The level of an offer, such as `01` or `12`.
pub fn level(offer: &str) -> Option<&str> {
    split(offer).map(|(_, level, _)| level)
}

/// The product's offer at its base level. Levels that are no numbers, such as those of consumables, stay.
pub fn base(offer: &str) -> String {
    let is_number = level(offer).is_some_and(|level| level.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number {
        at_level(offer, BASE)
    } else {
        offer.to_owned()
    }
}

/// The volume discount level of so many licences: 1-9, 10-49, 50-99, from 100.
pub fn volume_level(licences: Quantity) -> &'static str {
    let licences = licences.decimal();
    let bands = [("04", 100), ("03", 50), ("02", 10)];
    let reached = bands
        .into_iter()
        .find(|(_, least)| licences >= Decimal::from(*least));
    reached.map_or(BASE, |(level, _)| level)
}

/// The product's offer at the level of so many licences, where it has volume discount levels.
pub fn at_volume(offer: &str, licences: Quantity) -> String {
    match level(offer) {
        Some("01" | "02" | "03" | "04") => at_level(offer, volume_level(licences)),
        _ => offer.to_owned(),
    }
}

/// The product's offer at another level.
pub fn at_level(offer: &str, level: &str) -> String {
    match split(offer) {
        Some((family, _, rest)) => format!("{family}{level}{rest}"),
        None => offer.to_owned(),
    }
}

fn split(offer: &str) -> Option<(&str, &str, &str)> {
    if offer.len() != LENGTH || !offer.is_ascii() {
        return None;
    }
    Some((offer.get(..FAMILY)?, offer.get(LEVEL)?, offer.get(LEVEL.end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_of_one_product_differ_in_their_level_alone() {
        assert_eq!(family("80004567EA01A12"), "80004567EA");
        assert_eq!(level("80004567EA03A12"), Some("03"));
        assert_eq!(base("80004567EA03A12"), "80004567EA01A12");
        assert_eq!(base("80004567EAT1A12"), "80004567EAT1A12");
        assert_eq!(at_level("80004567EA01A12", "T1"), "80004567EAT1A12");
        for other in ["", "shoe", "80004567EA01A123", "80004567EAéA12"] {
            assert_eq!((family(other), base(other).as_str()), (other, other));
        }
    }

    #[test]
    fn the_level_grows_with_the_licences() {
        for (licences, level) in [
            (0, "01"),
            (9, "01"),
            (10, "02"),
            (49, "02"),
            (50, "03"),
            (99, "03"),
            (100, "04"),
            (5000, "04"),
        ] {
            let licences = Quantity::new(Decimal::from(licences)).unwrap();
            assert_eq!(
                at_volume("80004567EA02A12", licences),
                format!("80004567EA{level}A12")
            );
            assert_eq!(at_volume("80004567EAT1A12", licences), "80004567EAT1A12");
        }
    }
}

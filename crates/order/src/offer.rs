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
const SEGMENT: std::ops::Range<usize> = 9..10;
const BASE: &str = "01";
/// What stands after the level of an offer that has no least order.
const PLAIN: &str = "A";

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
    if least_order(offer).is_some() {
        let tail = split(offer)
            .and_then(|(_, _, rest)| rest.get(1..))
            .unwrap_or_default();
        format!("{}{BASE}{PLAIN}{tail}", family(offer))
    } else if is_number {
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

/// The product's offer at the level of a commitment to so many licences, which schools count as others count their
/// volume. Offers without volume discount levels stay.
pub(crate) fn at_commitment(offer: &str, committed: Quantity, licences: Quantity) -> String {
    let is_leveled = matches!(level(offer), Some("01" | "02" | "03" | "04" | "12" | "13" | "14"));
    let is_education = offer.get(SEGMENT) == Some("B");
    match (is_leveled, volume_level(committed)) {
        (false, _) => offer.to_owned(),
        (true, BASE) => at_level(offer, volume_level(licences)),
        (true, volume) if is_education => at_level(offer, volume.max(volume_level(licences))),
        (true, "02") => at_level(offer, "12"),
        (true, "03") => at_level(offer, "13"),
        (true, _) => at_level(offer, "14"),
    }
}

/// Whether an offer is one of consumables, whose levels are no numbers: `T1`, `TA` to `TG`.
pub fn is_consumable(offer: &str) -> bool {
    level(offer).is_some_and(|level| level.starts_with('T'))
}

/// Offers of so many licences at the least: the code that a subscription renews with, what stands in the offer's id for
/// it, how many it is, and how many licences one may have before.
const LEAST: [(&str, &str, u32, u32); 3] = [
    ("MOQ_100", "14X", 100, 50),
    ("MOQ_250", "14Y", 250, 125),
    ("MOQ_500", "14Z", 500, 250),
];

fn quantity_of(whole: u32) -> Option<Quantity> {
    Quantity::new(Decimal::from(whole)).ok()
}

/// How many licences an order of this offer is for at the least, where that is said.
pub fn least_order(offer: &str) -> Option<Quantity> {
    let (_, level, rest) = split(offer)?;
    let mark = format!("{level}{}", rest.get(..1)?);
    let (_, _, least, _) = LEAST.into_iter().find(|(_, known, ..)| *known == mark)?;
    quantity_of(least)
}

/// How many licences a renewal code is for at the least; none when there is no such code.
pub fn least_of_code(code: &str) -> Option<Quantity> {
    let (_, _, least, _) = LEAST.into_iter().find(|(known, ..)| *known == code)?;
    quantity_of(least)
}

/// How many licences a subscription may have at the most before it renews with a code.
pub(crate) fn most_before_code(code: &str) -> Option<Quantity> {
    let (.., most) = LEAST.into_iter().find(|(known, ..)| *known == code)?;
    quantity_of(most)
}

/// The product's offer that a renewal code stands for.
pub(crate) fn at_code(offer: &str, code: &str) -> String {
    let mark = LEAST.into_iter().find(|(known, ..)| *known == code);
    match (mark, split(offer)) {
        (Some((_, mark, ..)), Some((family, _, rest))) => {
            format!("{family}{mark}{}", rest.get(1..).unwrap_or_default())
        }
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
    fn an_offer_of_many_at_the_least_is_of_its_product() {
        let hundred = Quantity::new(Decimal::from(100)).unwrap();
        assert_eq!(least_order("65304479CA14X12"), Some(hundred));
        assert_eq!(least_order("65304479CA14A12"), None);
        assert_eq!(base("65304479CA14X12"), "65304479CA01A12");
        assert_eq!(at_code("65304479CA01A12", "MOQ_500"), "65304479CA14Z12");
        assert_eq!(
            (least_of_code("MOQ_100"), least_of_code("MOQ_7")),
            (Some(hundred), None)
        );
    }

    #[test]
    fn a_commitment_has_levels_of_its_own() {
        let quantity = |whole: u32| Quantity::new(Decimal::from(whole)).unwrap();
        for (offer, committed, licences, level) in [
            ("80004567CA01A12", 10, 10, "12"),
            ("80004567CA04A12", 99, 500, "13"),
            ("80004567CC12A12", 100, 100, "14"),
            ("80004567CB01A12", 10, 60, "03"),
            ("80004567CAT1A12", 100, 100, "T1"),
        ] {
            let shown = at_commitment(offer, quantity(committed), quantity(licences));
            assert_eq!(super::level(&shown), Some(level), "{offer}");
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

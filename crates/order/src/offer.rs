//! How a product's offers hang together.
//!
//! An offer id has fifteen characters: ten that name the product (with the market segment as its tenth), two for the
//! volume discount level, three more. Offers of one product that differ in their level are one product to a
//! subscription. An id of any other form is a product of its own.

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

/// The product's offer at its base level.
pub fn base(offer: &str) -> String {
    at_level(offer, BASE)
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
        assert_eq!(at_level("80004567EA01A12", "T1"), "80004567EAT1A12");
        for other in ["", "shoe", "80004567EA01A123", "80004567EAéA12"] {
            assert_eq!((family(other), base(other).as_str()), (other, other));
        }
    }
}

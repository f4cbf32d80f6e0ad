//! How a path names an order.

use book::Reference;
use http_kit::path::PathIds;
use order::{Dialect, OrderId};
use uuid::Uuid;

/// The order that the path's `{order}` names; none when no order can have such a name.
pub(crate) fn named(ids: &PathIds) -> Option<Reference> {
    ids.get("order").ok().and_then(reference_of)
}

/// The UUID that the path's `{order}` names, as `uuid:...`.
pub(crate) fn uuid(ids: &PathIds) -> Option<Uuid> {
    let text = ids.get("order").ok()?.strip_prefix("uuid:")?;
    Uuid::try_parse(text).ok().filter(|uuid| !uuid.is_nil())
}

/// `connect:9`, `marketplace:0123456789`, `afterpay:ORDER1` and `ordrebok:1000000000` are the id that this API shows.
/// Anything else is the merchant's order number; where no order has it, our id.
fn reference_of(text: &str) -> Option<Reference> {
    Some(match text.split_once(':') {
        Some(("connect", id)) => Reference::Shown(Dialect::Connect, id.to_owned()),
        Some(("marketplace", id)) => Reference::Shown(Dialect::Marketplace, id.to_owned()),
        Some(("afterpay", number)) => Reference::Number(number.to_owned()),
        Some(("ordrebok", id)) => Reference::Id(own_id(id)?),
        _ => Reference::Number(text.to_owned()),
    })
}

fn own_id(text: &str) -> Option<OrderId> {
    let id: i64 = text.parse().ok()?;
    (id > 0 && id.to_string() == text).then_some(OrderId(id))
}

#[cfg(test)]
mod tests {
    use super::reference_of;
    use book::Reference;
    use order::{Dialect, OrderId};

    #[test]
    fn a_prefix_says_whose_id_it_is() {
        for (text, reference) in [
            ("ORDER1", Some(Reference::Number("ORDER1".to_owned()))),
            ("1000000000", Some(Reference::Number("1000000000".to_owned()))),
            ("other:1", Some(Reference::Number("other:1".to_owned()))),
            (
                "connect:9",
                Some(Reference::Shown(Dialect::Connect, "9".to_owned())),
            ),
            (
                "marketplace:01",
                Some(Reference::Shown(Dialect::Marketplace, "01".to_owned())),
            ),
            (
                "afterpay:connect:9",
                Some(Reference::Number("connect:9".to_owned())),
            ),
            ("ordrebok:1000000000", Some(Reference::Id(OrderId(1_000_000_000)))),
            ("ordrebok:01", None),
            ("ordrebok:-1", None),
            ("ordrebok:", None),
            ("ordrebok:99999999999999999999", None),
        ] {
            assert_eq!(reference_of(text), reference, "for {text}");
        }
    }
}

//! The call that tells the client how its order's fulfilment ended.

use url::Url;

/// The callback address with `fulfillmentStatus` added to whatever query it has; a fragment stays behind it. Text
/// that is no address is given back as it is: whoever calls it will say so.
pub fn callback_url(address: &str, outcome: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return address.to_owned();
    };
    let query = match url.query() {
        None | Some("") => format!("fulfillmentStatus={outcome}"),
        Some(query) => format!("{query}&fulfillmentStatus={outcome}"),
    };
    url.set_query(Some(&query));
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_added_to_a_url_that_may_have_a_query_and_a_fragment_already() {
        for (address, called) in [
            (
                "https://shop.example/done",
                "https://shop.example/done?fulfillmentStatus=success",
            ),
            (
                "https://shop.example",
                "https://shop.example/?fulfillmentStatus=success",
            ),
            (
                "https://shop.example/done?",
                "https://shop.example/done?fulfillmentStatus=success",
            ),
            (
                "https://shop.example/a?order=7&x=%2F#top",
                "https://shop.example/a?order=7&x=%2F&fulfillmentStatus=success#top",
            ),
            (
                "https://shop.example/a#top",
                "https://shop.example/a?fulfillmentStatus=success#top",
            ),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(callback_url(address, "success"), called);
        }
    }
}

//! The address that is called once it is known whether an order was paid for.

use url::Url;

/// The parameter that tells how it came out.
const PARAMETER: &str = "fulfillmentStatus";

/// The longest address that is taken, in characters.
const LONGEST: usize = 2000;

/// What is wrong with a callback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAddress {
    /// It is too long to be kept and called.
    #[error("longer than {LONGEST} characters")]
    TooLong,
    /// It does not say by itself where it leads.
    #[error("not an absolute address")]
    NotAbsolute,
    /// It is not of the web.
    #[error("not an http or https address")]
    NotHttp,
}

/// Checks an address that a client gives.
pub(crate) fn check(address: &str) -> Result<(), BadAddress> {
    if address.chars().count() > LONGEST {
        return Err(BadAddress::TooLong);
    }
    let url = Url::parse(address).map_err(|_error| BadAddress::NotAbsolute)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(BadAddress::NotHttp);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(BadAddress::NotAbsolute);
    }
    Ok(())
}

/// The address to call with GET: `fulfillmentStatus` with its outcome is added to the query, in the place of one
/// that is there already; everything else of the address stays as it is written, the fragment behind it.
pub fn callback_url(callback: &str, outcome: &str) -> String {
    with_parameters(callback, &[(PARAMETER, outcome)])
}

/// The address with parameters added to its query, each in the place of one of its name.
pub(crate) fn with_parameters(address: &str, added: &[(&str, &str)]) -> String {
    if added.is_empty() {
        return address.to_owned();
    }
    let (rest, fragment) = match address.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (address, None),
    };
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_other = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && added.iter().all(|(taken, _)| *taken != name)
    };
    let mut pairs: Vec<&str> = query.split('&').filter(is_other).collect();
    let told = http_kit::query::write(added.iter().copied());
    pairs.push(&told);
    let mut whole = format!("{base}?{}", pairs.join("&"));
    if let Some(fragment) = fragment {
        whole.push('#');
        whole.push_str(fragment);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_fulfillment_status_is_added_to_url() {
        for (callback, called) in [
            ("https://a.no/done", "https://a.no/done?fulfillmentStatus=success"),
            ("https://a.no", "https://a.no?fulfillmentStatus=success"),
            ("https://a.no/?", "https://a.no/?fulfillmentStatus=success"),
            (
                "https://a.no/done?order=14",
                "https://a.no/done?order=14&fulfillmentStatus=success",
            ),
            (
                "https://a.no/done?order=14&",
                "https://a.no/done?order=14&fulfillmentStatus=success",
            ),
            (
                "https://a.no/#/shop/done",
                "https://a.no/?fulfillmentStatus=success#/shop/done",
            ),
            (
                "https://a.no/done?a=%20b+c&d#e?f=g&h#i",
                "https://a.no/done?a=%20b+c&d&fulfillmentStatus=success#e?f=g&h#i",
            ),
            (
                "https://a.no/?fulfillmentStatus=x&a=1&fulfillmentStatus",
                "https://a.no/?a=1&fulfillmentStatus=success",
            ),
        ] {
            assert_eq!(callback_url(callback, "success"), called, "for {callback}");
            assert!(Url::parse(&callback_url(callback, "success")).is_ok());
        }
    }

    #[test]
    fn callback_url_is_absolute() {
        for good in ["https://a.no/x?y#z", "http://127.0.0.1:8080/", "HTTPS://A.NO"] {
            assert_eq!(check(good), Ok(()), "for {good}");
        }
        for (bad, why) in [
            ("", BadAddress::NotAbsolute),
            ("/done", BadAddress::NotAbsolute),
            ("//a.no/done", BadAddress::NotAbsolute),
            ("a.no/done", BadAddress::NotAbsolute),
            ("https://", BadAddress::NotAbsolute),
            ("ftp://a.no/done", BadAddress::NotHttp),
            ("javascript:alert(1)", BadAddress::NotHttp),
            (&format!("https://a.no/{}", "x".repeat(2000)), BadAddress::TooLong),
        ] {
            assert_eq!(check(bad), Err(why), "for {bad:.40}");
        }
    }
}

//! Paths: their parameters decoded with an error of one's own, and prefixes that don't matter.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Uri;
use axum::http::request::Parts;

use crate::query::NotUtf8;

/// The parameters of a matched path, percent-decoded.
///
/// Taking it never fails (axum's own `Path` answers in plain text by itself); asking for a parameter does, when
/// the path isn't UTF-8.
#[derive(Debug)]
pub struct PathIds(Result<RawPathParams, NotUtf8>);

impl<S: Send + Sync> FromRequestParts<S> for PathIds {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(
            RawPathParams::from_request_parts(parts, state)
                .await
                .map_err(|_| NotUtf8),
        ))
    }
}

impl PathIds {
    /// The parameter `name` of the route's pattern; the empty text when the pattern has no such parameter.
    pub fn get(&self, name: &str) -> Result<&str, NotUtf8> {
        let params = self.0.as_ref().map_err(|error| *error)?;
        let value = params
            .iter()
            .find(|(have, _)| *have == name)
            .map_or("", |(_, value)| value);
        if value.contains('\0') {
            Err(NotUtf8)
        } else {
            Ok(value)
        }
    }
}

/// The address without whatever stands in front of `marker` in its path: with `/api/v3/`,
/// `/eCommerceServicesWebApi/api/v3/orders/7?x=1` becomes `/api/v3/orders/7?x=1`. None when the path begins with
/// the marker already, or doesn't have it.
pub fn without_prefix(uri: &Uri, marker: &str) -> Option<Uri> {
    let path_and_query = uri.path_and_query()?;
    let at = path_and_query.path().find(marker).filter(|at| *at > 0)?;
    path_and_query.as_str().get(at..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_falls_and_everything_else_stays() {
        let strip =
            |text: &str| without_prefix(&text.parse().unwrap(), "/api/v3/").map(|uri| uri.to_string());
        assert_eq!(
            strip("/shop/api/v3/orders/7?x=%2F").as_deref(),
            Some("/api/v3/orders/7?x=%2F")
        );
        assert_eq!(strip("http://host/a/b/api/v3/x").as_deref(), Some("/api/v3/x"));
        assert_eq!(strip("/api/v3/orders/a/api/v3/b"), None);
        assert_eq!(strip("/v3/orders?from=/api/v3/"), None);
    }
}

//! The style sheet and the script: embedded, named by what is in them, and so kept by browsers for as long as they
//! like.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_kit::Answer;
use http_kit::path::PathIds;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::LazyLock;

use crate::trouble::Trouble;

const STYLE: &str = include_str!("../assets/console.css");
const SCRIPT: &str = include_str!("../assets/console.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// What stands in every address: it is another when any of them changes.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((STYLE, SCRIPT, ICON));
    format!("{hash:016x}")
});

/// The address of one of them.
pub(crate) fn address(name: &str) -> String {
    format!("/console/assets/{}/{name}", *VERSION)
}

/// `GET /console/assets/{version}/{name}`.
pub(crate) async fn handle(ids: PathIds) -> Response {
    let (text, kind) = match ids.get("name") {
        Ok("console.css") => (STYLE, "text/css; charset=utf-8"),
        Ok("console.js") => (SCRIPT, "text/javascript; charset=utf-8"),
        Ok("icon.svg") => (ICON, "image/svg+xml"),
        Ok(_) | Err(_) => return Trouble::NotFound.into_response(),
    };
    let mut answer = Answer::empty(StatusCode::OK)
        .with(CONTENT_TYPE, HeaderValue::from_static(kind))
        .with(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
        .with(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
    answer.body = Bytes::from_static(text.as_bytes());
    answer.into_response()
}

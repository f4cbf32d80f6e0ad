//! The OpenAPI documents of all four APIs, and the page on which people read them.
//!
//! `GET /ordrebok/v1/openapi.json`, `GET /ordrebok/openapi/{api}.json`, `GET /ordrebok/reference` and
//! `GET /ordrebok/reference/{api}` need no credential: they tell what the programs can do, and nothing of anybody's.

mod page;

use crate::State;
use crate::errors::failed;
use crate::operations::no_parameters;
use crate::problem::Problem;
use axum::extract;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use bytes::Bytes;
use http_kit::path::PathIds;
use http_kit::{Answer, Failure};
use serde_json::Value;
use std::sync::OnceLock;

/// Makes the OpenAPI document of an API.
pub type DocumentOf = fn() -> Value;

/// The APIs' documents, made when somebody asks for the first of them.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    sources: Vec<(&'static str, DocumentOf)>,
    written: OnceLock<Vec<Written>>,
}

#[derive(Debug)]
struct Written {
    api: &'static str,
    text: Bytes,
    page: Bytes,
}

/// The name of our own among them.
const OWN: &str = "ordrebok";

impl Documents {
    /// Our own, and those of other APIs.
    pub(crate) fn with(others: &[(&'static str, DocumentOf)]) -> Self {
        let own: (&'static str, DocumentOf) = (OWN, crate::document);
        Self {
            sources: std::iter::once(own).chain(others.iter().copied()).collect(),
            written: OnceLock::new(),
        }
    }

    fn of(&self, api: &str) -> Result<&Written, Problem> {
        let found = self.written().iter().find(|written| written.api == api);
        found.ok_or_else(|| failed(Failure::NotFound))
    }

    fn written(&self) -> &[Written] {
        self.written.get_or_init(|| {
            let apis: Vec<_> = self.sources.iter().map(|(api, _)| *api).collect();
            let write = |(api, document): &(&'static str, DocumentOf)| {
                let document = document();
                Written {
                    api,
                    text: Bytes::from(document.to_string()),
                    page: Bytes::from(page::of(&document, api, &apis)),
                }
            };
            self.sources.iter().map(write).collect()
        })
    }
}

/// `GET /ordrebok/v1/openapi.json`: our own.
pub(crate) async fn own(extract::State(state): extract::State<State>, uri: Uri) -> Result<Answer, Problem> {
    no_parameters(&uri)?;
    Ok(json(state.documents.of(OWN)?))
}

/// `GET /ordrebok/openapi/{file}`: any API's, such as `connect.json`.
pub(crate) async fn any(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
) -> Result<Answer, Problem> {
    no_parameters(&uri)?;
    let file = ids.get("file").unwrap_or_default();
    let api = file
        .strip_suffix(".json")
        .ok_or_else(|| failed(Failure::NotFound))?;
    Ok(json(state.documents.of(api)?))
}

fn json(written: &Written) -> Answer {
    Answer::json_text(StatusCode::OK, written.text.clone())
}

/// `GET /ordrebok/reference`: our own, to be read.
pub(crate) async fn own_page(
    extract::State(state): extract::State<State>,
    uri: Uri,
) -> Result<Answer, Problem> {
    no_parameters(&uri)?;
    Ok(html(state.documents.of(OWN)?))
}

/// `GET /ordrebok/reference/{api}`: any API's, to be read.
pub(crate) async fn any_page(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    uri: Uri,
) -> Result<Answer, Problem> {
    no_parameters(&uri)?;
    Ok(html(state.documents.of(ids.get("api").unwrap_or_default())?))
}

/// The page needs nothing but itself, and says so to the browser.
fn html(written: &Written) -> Answer {
    Answer {
        body: written.page.clone(),
        ..Answer::empty(StatusCode::OK)
    }
    .typed("text/html; charset=utf-8")
    .with(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    )
}

//! Who calls: `Authorization: Bearer` with the secret of a credential.

use crate::State;
use crate::errors::INSUFFICIENT_SCOPE;
use crate::problem::Problem;
use axum::http::HeaderMap;
use book::{Access, AuthError, Scope};
use http_kit::headers;
use order::Dialect;
use std::sync::Arc;

/// Who shows a credential that may look.
pub(crate) async fn reader(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, Problem> {
    let secret = headers::bearer(headers).ok_or(AuthError::Denied)?;
    Ok(state.book.authenticate_key(Dialect::Ordrebok, secret).await?)
}

/// Who shows a credential that may change something.
pub(crate) async fn writer(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, Problem> {
    let access = reader(state, headers).await?;
    if access.scope < Scope::Write {
        return Err(Problem::new(
            INSUFFICIENT_SCOPE,
            "This credential may read, but not write.",
        ));
    }
    Ok(access)
}

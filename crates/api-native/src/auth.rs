//! Who calls: `Authorization: Bearer` with the secret of a credential. The guards in their order: a credential that opens
//! nothing (401), too many calls (429), one that may only look (403).

use crate::errors::INSUFFICIENT_SCOPE;
use crate::problem::Problem;
use crate::{State, rate};
use axum::http::HeaderMap;
use book::{Access, AuthError, Scope};
use http_kit::headers;
use order::Dialect;
use std::sync::Arc;

/// Who shows a credential that may look.
pub(crate) async fn reader(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, Problem> {
    let secret = headers::bearer(headers).ok_or(AuthError::Denied)?;
    let access = state.book.authenticate_key(Dialect::Ordrebok, secret).await?;
    rate::count(state, (access.merchant.0, access.credential), access.settings)?;
    Ok(access)
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

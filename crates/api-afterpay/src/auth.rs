//! Who calls: one header, `X-Auth-Key`.

use crate::State;
use crate::errors::{Refused, denied};
use axum::http::HeaderMap;
use book::{Access, Scope};
use http_kit::headers;
use order::Dialect;
use std::sync::Arc;

/// Who shows a key that may look.
pub(crate) async fn reader(state: &State, headers: &HeaderMap) -> Result<Arc<Access>, Refused> {
    let Ok(Some(key)) = headers::text(headers, "x-auth-key") else {
        return Err(Refused::new(denied(None)));
    };
    Ok(state.book.authenticate_key(Dialect::AfterPay, key).await?)
}

/// Who shows a key that may do this.
pub(crate) async fn caller(state: &State, headers: &HeaderMap, scope: Scope) -> Result<Arc<Access>, Refused> {
    let access = reader(state, headers).await?;
    if access.scope < scope {
        return Err(Refused::new(denied(Some("This key may read, but not write."))));
    }
    Ok(access)
}

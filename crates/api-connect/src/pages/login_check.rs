//! `GET {login}/loginCheck`: whether somebody is signed in, without a page: back to `returnUrl`, else to `errorUrl`.

use super::trouble::Trouble;
use super::visit::{Visit, send_to};
use crate::State;
use axum::extract::{Request, State as Held};
use http_kit::Answer;
use std::sync::Arc;

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let checked = async {
        let visit = Visit::of(parts)?;
        let client = visit.client(&state, "clientId").await?;
        let parameter = match visit.signed_in(&state, &client).await? {
            Some(_session) => "returnUrl",
            None => "errorUrl",
        };
        let to = visit.return_address(&client, parameter)?;
        let to = to.ok_or(Trouble::BadReturn { parameter })?;
        Ok(send_to(&to, &[]))
    };
    checked.await.unwrap_or_else(|trouble: Trouble| trouble.answer())
}

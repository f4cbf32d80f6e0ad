//! The message that *Assign user* sends on wish: given to the merchant's message connector, which brings it to the user.
//!
//! It holds a link: to the sign-in form for a user who has a password, else to the page on which they choose one.

use crate::State;
use crate::errors::ApiError;
use crate::pages::{address_of, invitation_path, registered};
use axum::http::HeaderMap;
use book::{Client, ConnectorKind, Grant, Purpose, User};
use http_kit::query::write;
use order::{Dialect, MerchantId, Order};
use serde_json::json;

/// How many days a link is good for, unless it is said; and at the most.
const USUAL_DAYS: i64 = 7;
const MOST_DAYS: i64 = 30;

/// A message that is asked for.
pub(crate) struct Wish<'w> {
    pub(crate) client: &'w str,
    pub(crate) return_url: &'w str,
    pub(crate) error_url: &'w str,
    /// For how many days the link is good.
    pub(crate) days: Option<i64>,
}

/// The client that a message's link belongs to, once the wish is found to be in order.
pub(crate) async fn checked(
    state: &State,
    merchant: MerchantId,
    wish: &Wish<'_>,
) -> Result<Client, ApiError> {
    let client = state.book.client(Dialect::Connect, wish.client).await?;
    let client = client.filter(|client| client.merchant == merchant);
    let unknown = || ApiError::Invalid("overrideClientId: there is no such client".to_owned());
    let client = client.ok_or_else(unknown)?;
    for (member, url) in [("returnUrl", wish.return_url), ("errorUrl", wish.error_url)] {
        if registered(&client, url).is_none() {
            let elsewhere = format!("{member}: not on a site that the client has registered");
            return Err(ApiError::Invalid(elsewhere));
        }
    }
    if wish.days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        return Err(ApiError::Invalid(format!(
            "linkLifetime: not 1 to {MOST_DAYS} days"
        )));
    }
    Ok(client)
}

/// Owes the message, when there is somebody to bring it.
pub(crate) async fn owe(
    state: &State,
    (order, user, is_new): (&Order, &User, bool),
    (wish, client): (&Wish<'_>, Client),
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let merchant = client.merchant;
    if state
        .book
        .connector(merchant, ConnectorKind::Message)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let name = user.names.first().map(String::as_str).unwrap_or_default();
    let path = if user.has_password() {
        let parameters = [
            ("clientId", client.id.as_str()),
            ("returnUrl", wish.return_url),
            ("errorUrl", wish.error_url),
            ("credential", name),
        ];
        format!("/user/login?{}", write(parameters))
    } else {
        let seconds = wish.days.unwrap_or(USUAL_DAYS).saturating_mul(24 * 60 * 60);
        let grant = Grant {
            client,
            user: user.unique_id.clone(),
            detail: wish.return_url.to_owned(),
        };
        invitation_path(&state.book.give(&grant, Purpose::Invitation, seconds).await?)
    };
    let told = json!({
        "type": "message", "time": state.book.now().0,
        "data": {
            "orderId": crate::wire::status::order_id(order), "credential": name, "uniqueUserId": user.unique_id,
            "isNewUser": is_new, "isPasswordSet": user.has_password(), "link": address_of(headers, &path)
        }
    });
    state.book.owe_message(merchant, order, told.to_string()).await?;
    Ok(())
}

//! Links, relative to the host.

use http_kit::query::encode;
use schemars::JsonSchema;
use serde::Serialize;

/// One link: always a GET without headers of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Link {
    uri: String,
    method: &'static str,
    headers: [String; 0],
}

impl Link {
    pub(crate) fn to(uri: String) -> Self {
        Self {
            uri,
            method: "GET",
            headers: [],
        }
    }
}

/// The links of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct SelfLink {
    #[serde(rename = "self")]
    own: Link,
}

impl SelfLink {
    pub(crate) fn to(uri: String) -> Self {
        Self { own: Link::to(uri) }
    }
}

/// The links of one page; those that lead nowhere are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PageLinks {
    #[serde(rename = "self")]
    pub(crate) own: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prev: Option<Link>,
}

pub(crate) fn customer(id: &str) -> String {
    format!("/v3/customers/{}", encode(id))
}

pub(crate) fn orders(customer: &str) -> String {
    format!("/v3/customers/{}/orders", encode(customer))
}

pub(crate) fn order(customer: &str, order: &str) -> String {
    format!("/v3/customers/{}/orders/{}", encode(customer), encode(order))
}

pub(crate) fn subscriptions(customer: &str) -> String {
    format!("/v3/customers/{}/subscriptions", encode(customer))
}

pub(crate) fn subscription(customer: &str, id: &str) -> String {
    format!("/v3/customers/{}/subscriptions/{}", encode(customer), encode(id))
}

pub(crate) fn transfer(id: &str) -> String {
    format!("/v3/transfers/{}", encode(id))
}

pub(crate) fn membership_transfer(membership: &str, transfer: &str) -> String {
    format!(
        "/v3/memberships/{}/transfers/{}",
        encode(membership),
        encode(transfer)
    )
}

pub(crate) fn reseller(id: &str) -> String {
    format!("/v3/resellers/{}", encode(id))
}

pub(crate) fn deployments(customer: &str) -> String {
    format!("/v3/customers/{}/deployments", encode(customer))
}

pub(crate) fn deployment(customer: &str, id: &str) -> String {
    format!("/v3/customers/{}/deployments/{}", encode(customer), encode(id))
}

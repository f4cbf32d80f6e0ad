//! Memberships that are taken over, groups of customers, licences that wait for an order, and recommendations.

use crate::operations::{linked_memberships, memberships, pending_licences, recommendations};
use crate::wire::customer::CustomerResource;
use crate::wire::page::ItemPage;
use http_kit::openapi::{Operation, Parameter, Schema};

use super::queries;

/// What asks for recommendations beside an answer.
pub(super) fn recommended() -> [Parameter; 3] {
    [
        Parameter::query("fetch-recommendations", "`true`: with recommendations"),
        Parameter::query("recommendation-country", "For which country they are"),
        Parameter::query("recommendation-language", "`MULT` or `EN`"),
    ]
}

pub(super) fn describe(method: &str, path: &str) -> Option<Operation> {
    let transfer = || Schema::of::<memberships::TransferResource<'static>>();
    let waived = || {
        [
            Parameter::query(
                "ignore-order-return",
                "`true`: what can still go back is no hindrance",
            ),
            Parameter::query(
                "expire-open-pas",
                "`true`: open purchase authorisations are no hindrance",
            ),
        ]
    };
    Some(match (method, path) {
        ("GET", "memberships/{membership}/offers") => {
            Operation::new("previewOffers", "What would come over of a membership")
                .with(waived())
                .answers("200", Schema::of::<memberships::Offers<'static>>())
        }
        ("POST", "memberships/{membership}/transfers") => {
            Operation::new("transferMembership", "Takes a membership over")
                .with(waived())
                .takes(Schema::object(&[("resellerId!", "text")]))
                .answers("202", transfer())
        }
        ("GET", "memberships/{membership}/transfers/{membershipTransfer}") => {
            Operation::new("getMembershipTransfer", "How far a transfer has come").answers("200", transfer())
        }
        _ => return beside(method, path),
    })
}

/// What is neither a membership nor its transfer.
fn beside(method: &str, path: &str) -> Option<Operation> {
    Some(match (method, path) {
        ("GET", "linked_membership_groups") => Operation::new(
            "listLinkedMemberships",
            "Groups of customers, by country and name",
        )
        .with(["country", "name"].map(|name| Parameter::query(name, "")))
        .answers(
            "200",
            Schema::of::<Vec<linked_memberships::GroupResource<'static>>>(),
        ),
        ("POST", "customers/{customer}/linked_membership/enroll/{group}") => {
            Operation::new("enrollCustomer", "Lets a customer join a group")
                .answers("200", Schema::object(&[("message!", "text")]))
        }
        ("POST", "customers/{customer}/commitments") => Operation::new(
            "acceptCommitments",
            "What a customer was asked to commit themselves to is accepted",
        )
        .takes(Schema::object(&[]))
        .answers("200", Schema::of::<CustomerResource<'static>>()),
        ("GET", "customers/{customer}/open-acquisitions") => Operation::new(
            "listOpenAcquisitions",
            "A customer's licences that wait for an order",
        )
        .answers("200", Schema::of::<pending_licences::Acquisitions<'static>>()),
        ("GET", "notifications") => Operation::new(
            "listNotifications",
            "A reseller's customers of whom licences wait for an order",
        )
        .with(queries(["notification-type", "reseller-id"]))
        .answers("200", Schema::of::<ItemPage<pending_licences::Notification>>()),
        ("POST", "recommendations") => {
            Operation::new("fetchRecommendations", "What is recommended to a customer")
                .takes(Schema::object(&[
                    ("recommendationContext", "text"),
                    ("customerId!", "text"),
                    ("offers", "list"),
                    ("country", "text"),
                    ("language", "text"),
                    ("includePropensity", "list"),
                ]))
                .answers("200", Schema::of::<recommendations::Recommendations>())
        }
        _ => return None,
    })
}

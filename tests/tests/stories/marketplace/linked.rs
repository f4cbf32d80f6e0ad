//! Linked memberships: groups of customers.

use super::error;
use serde_json::{Value, json};
use stories::{Caller, Options, Stage, marketplace, story};

/// A new customer's path.
async fn customer(partner: &Caller, change: impl Fn(&mut Value)) -> String {
    let mut customer = marketplace::customer("Ada");
    change(&mut customer);
    let created = partner.post("/v3/customers", &customer).await.expect(201).json();
    super::path(&created)
}

fn agency(customer: &mut Value) {
    customer["companyProfile"]["marketSegment"] = json!("GOV");
    customer["companyProfile"]["marketSubSegments"] = json!(["FEDERAL"]);
    customer["benefits"] = json!([{ "type": "LARGE_GOVERNMENT_AGENCY" }]);
}

fn group(name: &str) -> Value {
    json!({ "linkedMembership": { "type": "STANDARD", "name": name } })
}

const GROUPS: &str = "/v3/linked_membership_groups";

story! {
    /// A customer makes a group, which is found by its country and a part of its name; others of the same sort join it.
    async fn a_group_is_made_found_and_joined(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"));
        let partner = server.marketplace_partner().await;
        let (owner, member) = (customer(&partner, agency).await, customer(&partner, agency).await);
        partner.get(&format!("{GROUPS}?country=US")).await.expect(404).matches(&error("1143", &json!([])));
        let made = partner.patch(&owner, &group("Ministry of Works")).await.expect(200).json();
        let linked = json!({ "id": "[text]", "name": "Ministry of Works", "type": "STANDARD", "linkedMembershipType": "OWNER", "creationDate": "[time]" });
        stories::json::assert_matches("the group", &made["linkedMembership"], &linked);
        // What is sent back as it was answered asks for nothing.
        partner.patch(&owner, &json!({ "linkedMembership": made["linkedMembership"] })).await.expect(200).contains(&json!({ "linkedMembership": made["linkedMembership"] }));
        partner.patch(&owner, &group("Another")).await.expect(400).matches(&error("1119", &json!(["linkedMembership"])));

        let id = made["linkedMembership"]["id"].as_str().unwrap();
        let joined = partner.post(&format!("{member}/linked_membership/enroll/{id}"), &json!({})).await.expect(200);
        joined.matches(&json!({ "message": "[text]" }));
        partner.get(&member).await.expect(200).contains(&json!({ "linkedMembership": { "id": id, "linkedMembershipType": "MEMBER" } }));
        let found = partner.get(&format!("{GROUPS}?country=US&name=works")).await.expect(200).json();
        stories::json::assert_matches("the groups", &found, &json!([{
            "id": id, "name": "Ministry of Works", "type": "STANDARD", "creationDate": "[time]", "marketSegment": "GOV", "country": "US",
            "membersCount": 2, "benefitTypes": ["LARGE_GOVERNMENT_AGENCY"]
        }]));
        partner.get(&format!("{GROUPS}?country=US&name=school")).await.expect(404).matches(&error("1143", &json!([])));
        partner.get(GROUPS).await.expect(400).matches(&error("1118", &json!(["Country cannot be null or empty"])));
        partner.get(&format!("{GROUPS}?country=XX")).await.expect(400).matches(&error("1118", &json!(["Invalid Country"])));
        let other = server.marketplace_partner().await;
        other.get(&format!("{GROUPS}?country=US")).await.expect(404).matches(&error("1143", &json!([])));
    }

    /// Who can't join, and who is no agency.
    async fn errors_of_groups_and_agencies(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[marketplace]\ncomplete_after_milliseconds = 0\n"));
        let partner = server.marketplace_partner().await;
        let owner = customer(&partner, agency).await;
        let made = partner.patch(&owner, &group("Works")).await.expect(200).json();
        let agencies = made["linkedMembership"]["id"].as_str().unwrap().to_owned();
        let plain = customer(&partner, |_| ()).await;
        let made = partner.patch(&plain, &group("Shops")).await.expect(200).json();
        let shops = made["linkedMembership"]["id"].as_str().unwrap().to_owned();
        let enroll = |customer: &str, group: &str| partner.post(&format!("{customer}/linked_membership/enroll/{group}"), &json!({}));
        enroll("/v3/customers/7", &shops).await.expect(404).matches(&error("1116", &json!([])));
        enroll(&plain, "7").await.expect(404).matches(&error("1143", &json!([])));
        enroll(&plain, &agencies).await.expect(400).matches(&error("1165", &json!([])));
        enroll(&owner, &shops).await.expect(400).matches(&error("1166", &json!([])));
        let abroad = customer(&partner, |one| one["companyProfile"]["address"]["country"] = json!("NO")).await;
        enroll(&abroad, &shops).await.expect(400).matches(&error("1118", &json!(["Account country does not match with the linked account group country"])));
        let school = customer(&partner, |one| one["companyProfile"]["marketSegment"] = json!("EDU")).await;
        enroll(&school, &shops).await.expect(400).matches(&error("2135", &json!(["companyProfile.marketSegment"])));
        enroll(&plain, &shops).await.expect(400).matches(&error("1119", &json!(["linkedMembership"])));
        partner.patch(&plain, &json!({ "linkedMembership": { "type": "CLUB" } })).await.expect(400).matches(&error("1122", &json!(["linkedMembership.name"])));

        let refused = async |change: fn(&mut Value), code: &str, details: Value| {
            let mut customer = marketplace::customer("Eve");
            agency(&mut customer);
            change(&mut customer);
            partner.post("/v3/customers", &customer).await.expect(400).matches(&error(code, &details));
        };
        refused(|one| one["companyProfile"]["marketSegment"] = json!("COM"), "1163", json!([])).await;
        refused(|one| one["companyProfile"]["address"]["country"] = json!("NO"), "1167", json!([])).await;
        refused(|one| one["companyProfile"]["marketSubSegments"] = json!(["CITY"]), "1168", json!([])).await;
        let commit = |one: &mut Value| one["benefits"].as_array_mut().unwrap().push(json!({ "type": "THREE_YEAR_COMMIT", "commitmentRequest": { "minimumQuantities": [{ "offerType": "LICENSE", "quantity": 10 }] } }));
        refused(commit, "1147", json!(["3YC Customer not allowed for Large Government Agency"])).await;
    }
}

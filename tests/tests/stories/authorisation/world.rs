//! A merchant who has something of every sort, so that there is something to be kept from others.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use stories::{Caller, Merchant, Server, afterpay, connect, eventually, marketplace, native};

use super::endpoint::Endpoint;
use crate::connect::browser::{SITE, signed_in_user};

/// Stands in everything that the merchant of [`World::filled`] has, and in nothing that a request names.
pub(super) const MARK: &str = "Aurora";

/// One merchant's callers, one for each API.
pub(super) struct World {
    afterpay: Caller,
    connect: Caller,
    user: Caller,
    marketplace: Caller,
    native: Caller,
    admin: Caller,
}

/// What a request names: by the API, and the name in braces with the part of the path before it.
pub(super) type Names = BTreeMap<(&'static str, &'static str), String>;

impl World {
    /// A new merchant whose credentials have this scope.
    pub(super) async fn of(server: &Server, name: &str, scope: &str) -> Self {
        let merchant = server.merchant(name).await;
        // Who may write is let in by their administrator; who may only look has none.
        let rank = if scope == "write" { "admin" } else { scope };
        let scope = ["--scope", scope];
        let site = merchant
            .credential("connect", &[&scope[..], &["--redirect-uri", SITE]].concat())
            .await;
        let mail = format!("kari@{}.example", name.to_lowercase());
        let (_browser, user) = signed_in_user(server, &merchant, &site, &mail).await;
        Self {
            afterpay: merchant.afterpay_with(merchant.credential("afterpay", &scope).await),
            connect: merchant.connect_with(site).await,
            user,
            marketplace: merchant
                .marketplace_with(merchant.credential("marketplace", &scope).await)
                .await,
            native: merchant.native_with(merchant.credential("ordrebok", &scope).await),
            admin: merchant.native_with(merchant.credential("ordrebok", &["--scope", rank]).await),
        }
    }

    /// Who calls this operation.
    pub(super) fn caller(&self, endpoint: &Endpoint) -> &Caller {
        match endpoint.api.as_str() {
            "connect" if endpoint.is_for_users() => &self.user,
            "connect" => &self.connect,
            "afterpay" => &self.afterpay,
            "marketplace" => &self.marketplace,
            _ if endpoint.needs == "admin" => &self.admin,
            _ => &self.native,
        }
    }

    /// Fills the merchant's books, and tells the names of what is in them now.
    pub(super) async fn fill(&self, server: &Server) -> Names {
        let mut names = Names::new();
        self.fill_afterpay(&mut names).await;
        self.fill_connect(server, &mut names).await;
        self.fill_marketplace(&mut names).await;
        self.fill_native(&mut names).await;
        names
    }

    async fn fill_afterpay(&self, names: &mut Names) {
        let shop = &self.afterpay;
        let mut order = afterpay::authorize("SHOPORDER1", 9);
        order["customer"]["lastName"] = json!(MARK);
        shop.post("/api/v3/checkout/authorize", &order).await.expect(200);
        let at = |path: &str| format!("/api/v3/orders/SHOPORDER1/{path}");
        shop.post(&at("captures"), &afterpay::capture("SHIPMENT1", 3))
            .await
            .expect(200);
        let refunded = shop
            .post(&at("refunds"), &afterpay::refund("SHIPMENT1", 1))
            .await
            .expect(200)
            .json();
        shop.post(&at("voids"), &afterpay::void(1)).await.expect(200);
        let parcel = json!({ "type": "Shipment", "shippingCompany": MARK, "trackingId": "1Z9" });
        shop.post(&at("captures/SHIPMENT1/shipping-details"), &parcel)
            .await
            .expect(200);
        let shown = shop.get("/api/v3/orders/SHOPORDER1").await.expect(200).json();
        let offered = afterpay::authorize("SHOPORDER2", 1);
        let offered = shop
            .post("/api/v3/checkout/payment-methods", &offered)
            .await
            .expect(200)
            .json();
        let refund = refunded["refundNumbers"][0]
            .as_str()
            .expect("a refund has a number");
        let void = shown["cancellations"][0]["cancellationNo"]
            .as_str()
            .expect("a void has a number");
        let checkout = offered["checkoutId"].as_str().expect("a checkout has an id");
        names.extend([
            (("afterpay", "orders/{order}"), "SHOPORDER1".to_owned()),
            (("afterpay", "captures/{number}"), "SHIPMENT1".to_owned()),
            (("afterpay", "shipping-details/{shipping}"), "1".to_owned()),
            (("afterpay", "refunds/{number}"), refund.to_owned()),
            (("afterpay", "voids/{number}"), void.to_owned()),
            (("afterpay", "checkout/{checkout}"), checkout.to_owned()),
            (("afterpay", "customers/{customer}"), "CUSTOMER1000".to_owned()),
        ]);
    }

    async fn fill_connect(&self, server: &Server, names: &mut Names) {
        let mut order = connect::register(MARK, "invoice");
        order["payer"]["lastName"] = json!(MARK);
        let registered = self
            .connect
            .post("/capi/v1/client/order", &order)
            .await
            .expect(200)
            .json();
        let id = registered["orderId"].to_string();
        let completed = json!({ "orderId": registered["orderId"] });
        self.connect
            .post("/capi/v1/client/order/fulfillment", &completed)
            .await
            .expect(200);
        order["orderLines"][0]["productSpecType"] = json!("product");
        order["orderLines"][0]["product"] = json!(MARK);
        let users = self.user.post("/capi/v1/order", &order).await.expect(200).json();
        let started = json!({ "product": MARK, "startTime": 1_559_372_400_000_u64 });
        self.user
            .post("/capi/v1/subscription", &started)
            .await
            .expect(200);
        let consent = json!({ "consentIssuer": "ISSUER1", "consentId": MARK, "action": "given" });
        let consents = "/capi/v1/customer/privacy/consentEvent";
        self.user.post(consents, &consent).await.expect(200);
        let mut consent = consent;
        (consent["subject"], consent["subjectType"]) = (json!("SUBJECT1"), json!("EXTERNAL"));
        let consents = "/capi/v1/client/customer/privacy/consentEvent";
        self.connect.post(consents, &consent).await.expect(200);
        let identity = json!({ "externalId": "EXT1", "credentialType": "D" });
        self.connect
            .post("/capi/v1/client/extid", &identity)
            .await
            .expect(200);
        let profile = self
            .user
            .get("/capi/v1/customer/profile")
            .await
            .expect(200)
            .json();
        load_catalogue(server, &self.connect.merchant, &profile["customerNumber"]);
        names.extend([
            (("connect", "subscription/{customerNumber}"), "563457".to_owned()),
            (("connect", "info/{customerNumber}"), "563457".to_owned()),
            (("connect", "external identity"), "EXT1".to_owned()),
            (("connect", "history/{issuer}"), "ISSUER1".to_owned()),
            (("connect", "{issuer}/{subjectType}"), "EXTERNAL".to_owned()),
            (("connect", "{subjectType}/{subject}"), "SUBJECT1".to_owned()),
            (("connect", "status/{orderId}"), id.clone()),
            (("connect", "order/{orderId}"), id),
            (("connect", "users order"), users["orderId"].to_string()),
            (("connect", "coupon/{productCode}"), "TOTT".to_owned()),
            (("connect", "coupons/{voucherCode}"), "VOUCHER1".to_owned()),
            (("connect", "product/{productType}"), "periodical".to_owned()),
            (("connect", "stock/{productId}"), "BOOK1".to_owned()),
            (("connect", "delivery/{productCode}"), "TOTT".to_owned()),
            (("connect", "payment/{customerNumber}"), "563457".to_owned()),
            (("connect", "{customerNumber}/{productCode}"), "TOTT".to_owned()),
            (("connect", "payment/{product}"), "TOTT".to_owned()),
            (("connect", "consents/{issuer}"), "ISSUER1".to_owned()),
            (("connect", "reward"), "REWARD1".to_owned()),
        ]);
    }

    async fn fill_marketplace(&self, names: &mut Names) {
        let partner = &self.marketplace;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let reseller = a_reseller(partner).await;
        let mut customer = marketplace::customer(MARK);
        customer["resellerId"] = json!(reseller);
        let customer = text(&partner.post("/v3/customers", &customer).await.expect(201).json()["customerId"]);
        let at = |path: &str| format!("/v3/customers/{customer}/{path}");
        let address = json!({ "companyProfile": { "address": { "country": "NO", "city": MARK } } });
        let deployment = partner
            .post(&at("deployments"), &address)
            .await
            .expect(201)
            .json();
        let order = partner
            .post(&at("orders"), &marketplace::order(MARK, 2))
            .await
            .expect(201)
            .json();
        let order = text(&order["orderId"]);
        let subscription = eventually("the order is complete", async || {
            let order = partner
                .get(&at(&format!("orders/{order}")))
                .await
                .expect(200)
                .json();
            let subscription = text(&order["lineItems"][0]["subscriptionId"]);
            (!subscription.is_empty()).then_some(subscription)
        })
        .await;
        let transfer = transferred(partner, &customer).await;
        names.extend([
            (("marketplace", "memberships/{membership}"), "MEMBER1".to_owned()),
            (
                ("marketplace", "transfers/{membershipTransfer}"),
                taken_over(partner).await,
            ),
            (
                ("marketplace", "enroll/{group}"),
                a_group(partner, &customer).await,
            ),
            (("marketplace", "transfers/{transfer}"), transfer),
            (("marketplace", "resellers/{reseller}"), reseller),
            (("marketplace", "customers/{customer}"), customer),
            (
                ("marketplace", "deployments/{deployment}"),
                text(&deployment["deploymentId"]),
            ),
            (("marketplace", "orders/{order}"), order),
            (("marketplace", "subscriptions/{subscription}"), subscription),
        ]);
    }

    async fn fill_native(&self, names: &mut Names) {
        let mut order = native::order("OWNORDER1", 9);
        order["customer"]["name"] = json!(MARK);
        order["lines"][0]["description"] = json!(MARK);
        self.native.post("/ordrebok/v1/orders", &order).await.expect(201);
        let capture = json!({ "number": "PART1", "items": [{ "product": "ITEM1", "quantity": 3 }] });
        self.native
            .post("/ordrebok/v1/orders/OWNORDER1/capture", &capture)
            .await
            .expect(200);
        let hook = json!({ "url": "http://127.0.0.1:9/", "description": MARK });
        let hook = self
            .native
            .post("/ordrebok/v1/webhooks", &hook)
            .await
            .expect(201)
            .json();
        let hook = hook["id"].as_str().expect("a webhook has an id").to_owned();
        let ping = self
            .native
            .post(&format!("/ordrebok/v1/webhooks/{hook}/ping"), &json!({}))
            .await;
        let ping = ping.expect(202).json()["id"]
            .as_str()
            .expect("a delivery has an id")
            .to_owned();
        names.extend([
            (("ordrebok", "orders/{order}"), "OWNORDER1".to_owned()),
            (("ordrebok", "customers/{customer}"), "CUSTOMER1".to_owned()),
            (("ordrebok", "webhooks/{webhook}"), hook),
            (("ordrebok", "deliveries/{delivery}"), ping),
        ]);
        // More credentials than others have: their numbers are a merchant's own.
        let credentials = "/ordrebok/v1/admin/credentials";
        for _ in 0..3 {
            let id = format!("{MARK}-{}", names.len());
            let added = self
                .admin
                .post(credentials, &json!({ "api": "ordrebok", "id": id }))
                .await
                .expect(201)
                .json();
            names.insert(("ordrebok", "credentials/{number}"), added["number"].to_string());
        }
    }
}

/// A new reseller, by id.
async fn a_reseller(partner: &Caller) -> String {
    let mut reseller = marketplace::customer(MARK);
    reseller.as_object_mut().expect("an object").remove("resellerId");
    reseller["companyProfile"]
        .as_object_mut()
        .expect("an object")
        .remove("marketSegment");
    reseller["distributorId"] = json!("345434543");
    let reseller = partner.post("/v3/resellers", &reseller).await.expect(201).json();
    reseller["resellerId"].as_str().expect("a text").to_owned()
}

/// The id of a customer's going to a new reseller.
async fn transferred(partner: &Caller, customer: &str) -> String {
    let codes = format!("/v3/customers/{customer}/approval-codes");
    let approval = partner.post(&codes, &json!({})).await.expect(201).json();
    let change = json!({
        "type": "RESELLER_CHANGE", "action": "COMMIT", "approvalCode": approval["approvalCode"],
        "resellerId": a_reseller(partner).await
    });
    let transfer = partner.post("/v3/transfers", &change).await.expect(201).json();
    transfer["transferId"].as_str().expect("a text").to_owned()
}

/// The id of a membership's being taken over.
async fn taken_over(partner: &Caller) -> String {
    let membership = json!({
        "membershipId": "MEMBER1", "companyProfile": { "companyName": MARK, "contacts": [{}] },
        "items": [{ "offerId": "65304479CA01A12", "quantity": 3, "currencyCode": "USD", "renewalDate": "2090-01-01" }]
    });
    let catalogue = json!({ "memberships": [membership] });
    partner
        .post("/v3/sandbox/catalogue", &catalogue)
        .await
        .expect(200);
    let to = json!({ "resellerId": a_reseller(partner).await });
    let transfer = partner.post("/v3/memberships/MEMBER1/transfers", &to).await;
    let transfer = transfer.expect(202).json();
    transfer["transferId"].as_str().expect("a text").to_owned()
}

/// The id of a customer's group.
async fn a_group(partner: &Caller, customer: &str) -> String {
    let group = json!({ "linkedMembership": { "type": "STANDARD", "name": MARK } });
    let customer = partner.patch(&format!("/v3/customers/{customer}"), &group).await;
    let customer = customer.expect(200).json();
    customer["linkedMembership"]["id"]
        .as_str()
        .expect("a text")
        .to_owned()
}

fn load_catalogue(server: &Server, merchant: &Merchant, user: &Value) {
    let invoice = |number: u32, customer: &Value| json!({ "invoiceNumber": number, "customerNumber": customer, "product": "TOTT", "text": MARK });
    let catalogue = json!({
        "products": [{ "companyCode": "F", "product": "TOTT", "description": MARK, "productType": "periodical" }],
        "coupons": [{
            "companyCode": MARK, "product": "TOTT", "couponCode": "TOTT", "couponNumber": 60, "description": MARK,
            "couponPrice": "100", "vatPercent": 25, "currency": "NOK"
        }],
        "vouchers": [{ "voucherCode": "VOUCHER1", "coupons": [{ "couponCode": "TOTT", "couponNumber": 60 }] }],
        "stock": [{ "productId": "BOOK1", "inStock": 7, "warehouse": MARK }],
        "rewards": [{ "rewardId": "REWARD1", "rewardPartnerId": 1, "product": MARK }],
        "deliveries": [{ "product": "TOTT", "nextDelivery": { "by": MARK } }],
        "invoices": [invoice(1, user), invoice(2, &json!(563_457))],
        "consentTexts": [{ "consentIssuer": "ISSUER1", "consentId": "C1", "version": 1, "text": MARK }],
        "klarnaTokens": [{ "recurringToken": "TOKEN1", "customerNumber": user, "shownAs": MARK }]
    });
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(catalogue.to_string().as_bytes())
        .expect("it can be written");
    let path = file.path().to_str().expect("a path of plain text");
    let command = [
        "catalogue",
        "--merchant",
        &merchant.name,
        "--api",
        "connect",
        path,
    ];
    server.run(&command).expect(0);
}

/// A request of an operation: its path and its body, with these names in them.
pub(super) fn request(endpoint: &Endpoint, names: &Names) -> (String, Value) {
    let mut path = String::new();
    let mut before = "";
    for part in endpoint.path.split('/').skip(1) {
        path.push('/');
        if part.starts_with('{') {
            let name = format!("{before}/{part}");
            let known = names
                .iter()
                .find(|((api, key), _)| *api == endpoint.api && *key == name);
            path.push_str(known.map_or_else(
                || {
                    panic!(
                        "{}: World::fill knows no {name} of {}",
                        endpoint.name(),
                        endpoint.api
                    )
                },
                |(_, value)| value,
            ));
        } else {
            path.push_str(part);
        }
        before = part;
    }
    (path, body(endpoint, names))
}

/// A body that the operation understands, so that it comes to ask whose the thing is.
fn body(endpoint: &Endpoint, names: &Names) -> Value {
    let name = |api, key| names.get(&(api, key)).cloned().unwrap_or_default();
    let number = |key| name("connect", key).parse::<u64>().unwrap_or_default();
    match endpoint.path.as_str() {
        "/api/v3/checkout/{checkout}/contract" => json!({ "paymentInfo": { "type": "Invoice" } }),
        "/api/v3/customers/{customer}/updateCustomer" => json!({ "email": "new@example.no" }),
        "/api/v3/lookup/customer" => json!({ "customerNumber": name("afterpay", "customers/{customer}") }),
        "/api/v3/orders/{order}/captures" => afterpay::capture("SHIPMENT2", 1),
        "/api/v3/orders/{order}/refunds" => afterpay::refund("SHIPMENT1", 1),
        "/api/v3/orders/{order}/voids" => afterpay::void(1),
        path if path.contains("shipping-details") => {
            json!({ "type": "Shipment", "shippingCompany": "UPS", "trackingId": "1Z9" })
        }
        "/capi/v1/client/order/fulfillment" => json!({ "orderId": number("order/{orderId}") }),
        "/capi/v1/client/order/{orderId}/user" => json!({ "credential": "kari@example.no" }),
        "/capi/v1/client/access" => json!({ "customerNumber": number("info/{customerNumber}") }),
        "/capi/v1/client/extid/customer" => {
            json!({ "externalId": name("connect", "external identity"), "credentialType": "D", "customerNumber": 5 })
        }
        "/capi/v1/order/status" => json!({ "orderId": number("users order") }),
        "/capi/v1/client/reward/check" => {
            json!({ "rewardId": name("connect", "reward"), "rewardPartnerId": 1 })
        }
        "/capi/v1/client/coupon/price" => {
            json!({ "couponCode": name("connect", "coupon/{productCode}"), "couponNumber": 60 })
        }
        "/v3/customers/{customer}/orders/{order}" => json!({ "externalReferenceId": "again" }),
        "/v3/customers/{customer}/orders" => marketplace::order("again", 1),
        "/ordrebok/v1/webhooks" => json!({ "url": "http://127.0.0.1:9/" }),
        "/ordrebok/v1/webhooks/{webhook}/replay" => json!({ "from": "2019-01-01" }),
        "/ordrebok/v1/orders/{order}/fail" => json!({ "reason": "expired" }),
        "/ordrebok/v1/orders/{order}/ship" => {
            json!({ "capture": "PART1", "shipment": { "carrier": "Posten" } })
        }
        "/ordrebok/v1/orders/{order}/refund" => json!({ "capture": "PART1", "amount": 10 }),
        _ => json!({}),
    }
}

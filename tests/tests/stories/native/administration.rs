//! Administration: operators, administrators of a merchant, credentials from the first to the last, and the trail.

use super::is_problem;
use axum::http::Method;
use serde_json::{Value, json};
use stories::{Call, Caller, Credential, Merchant, Server, native, story};

const CREDENTIALS: &str = "/ordrebok/v1/admin/credentials";

/// An operator's credential, as the command line makes one.
pub(super) fn operator(server: &Server, merchant: &Merchant) -> Caller {
    let added = server
        .run(&["credential", "add", "--operator", "--json"])
        .expecting(0)
        .json();
    let text = |name: &str| added[name].as_str().unwrap().to_owned();
    assert_eq!(
        (&added["merchant"], &added["scope"]),
        (&Value::Null, &json!("admin"))
    );
    merchant.native_with(Credential {
        id: text("id"),
        secret: text("secret"),
    })
}

pub(super) async fn administrator(merchant: &Merchant) -> Caller {
    merchant.native_with(merchant.credential("ordrebok", &["--scope", "admin"]).await)
}

fn with_secret(merchant: &Merchant, added: &Value) -> Caller {
    let text = |name: &str| added[name].as_str().unwrap().to_owned();
    merchant.native_with(Credential {
        id: text("id"),
        secret: text("secret"),
    })
}

fn empty(caller: &Caller, path: &str) -> Call {
    caller.call(Method::POST, path)
}

story! {
    /// An operator adds a merchant, a credential for it, and sees both in the trail; the credential works.
    async fn an_operator_sets_a_merchant_up(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let operator = operator(&server, &merchant);
        let merchants = "/ordrebok/v1/admin/merchants";
        operator.post(merchants, &json!({ "name": "Nordlys" })).await.expect(201).matches(&json!({ "name": "Nordlys" }));
        is_problem(operator.post(merchants, &json!({ "name": "Nordlys" })).await, 409, "merchant_name_taken", "name");
        for bad in [" ", "", "a\u{7}", " Nordlys", &"x".repeat(101), "a\0b"] {
            is_problem(operator.post(merchants, &json!({ "name": bad })).await, 400, "invalid_body", "name");
        }
        operator.get(merchants).await.expect(200).matches(&json!({ "merchants": [{ "name": "Fjord Forlag" }, { "name": "Nordlys" }] }));

        let of = |path: &str| format!("{CREDENTIALS}{path}?merchant=Nordlys");
        let added = operator.post(&of(""), &json!({ "api": "ordrebok", "id": "web" })).await.expect(201);
        assert_eq!(added.header("cache-control"), "no-store");
        added.matches(&json!({ "number": 1, "api": "ordrebok", "id": "web", "scope": "write", "createdAt": "[text]", "secret": "[text]" }));
        let nordlys = with_secret(&server.known_merchant("Nordlys"), &added.json());
        nordlys.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await.expect(201);
        operator.get(&of("")).await.expect(200).matches(&json!({ "credentials": [
            { "number": 1, "api": "ordrebok", "id": "web", "scope": "write", "createdAt": "[text]" }
        ] }));
        // It opens no merchant's orders, and must say whose credentials it means.
        is_problem(operator.get("/ordrebok/v1/orders").await, 401, "unauthenticated", "");
        is_problem(operator.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await, 401, "unauthenticated", "");
        is_problem(operator.get(CREDENTIALS).await, 400, "invalid_parameter", "merchant");
        is_problem(operator.get(&format!("{CREDENTIALS}?merchant=Nobody")).await, 404, "merchant_not_found", "merchant");
        is_problem(operator.get(&format!("{CREDENTIALS}?merchant=a%00b")).await, 400, "invalid_url", "");

        let trail = operator.get("/ordrebok/v1/admin/audit?limit=2").await.expect(200).json();
        let name = operator.credential.id.clone();
        let entry = |action: &str, subject: &str, detail: &str| {
            let mut entry = json!({ "at": "[text]", "merchant": "Nordlys", "actor": format!("operator 1 {name}"), "action": action, "subject": subject });
            if !detail.is_empty() {
                entry["detail"] = json!(detail);
            }
            entry
        };
        let expected = [entry("credential.add", "credential 1", "ordrebok web write"), entry("merchant.add", "merchant Nordlys", "")];
        stories::json::assert_matches("the trail", &trail["entries"], &json!(expected));
        let rest = operator.get(&format!("/ordrebok/v1/admin/audit?cursor={}", trail["cursor"].as_str().unwrap())).await.expect(200).json();
        let said: Vec<_> = rest["entries"].as_array().unwrap().iter().map(|entry| (entry["actor"].as_str().unwrap(), entry["action"].as_str().unwrap())).collect();
        assert_eq!(said, [("command line", "credential.add"), ("command line", "merchant.add")]);
        assert!(rest["entries"][0].get("merchant").is_none() && rest.get("cursor").is_none(), "{rest}");
        is_problem(operator.get("/ordrebok/v1/admin/audit?cursor=1-2").await, 400, "invalid_parameter", "cursor");
        is_problem(operator.get("/ordrebok/v1/admin/audit?limit=0").await, 400, "invalid_parameter", "limit");
        let listed = server.run(&["audit", "--merchant", "Nordlys"]).expecting(0).stdout;
        assert_eq!(listed.lines().count(), 2, "{listed}");
        let everything = String::from_utf8_lossy(&server.database().everything()).into_owned();
        assert!(!everything.contains(&nordlys.credential.secret), "a secret is kept readable");
    }

    /// A merchant's administrator administers that merchant; others are as unknown as merchants that there are not.
    async fn an_administrator_of_a_merchant_sees_no_other(server: Server) {
        let (ours, theirs) = (server.merchant("Ours").await, server.merchant("Theirs").await);
        let admin = administrator(&ours).await;
        let secret = theirs.credential("ordrebok", &["--scope", "admin"]).await;
        let own = admin.get(CREDENTIALS).await.expect(200).json();
        assert_eq!(own["credentials"].as_array().map(Vec::len), Some(1), "{own}");
        admin.get(&format!("{CREDENTIALS}?merchant=Ours")).await.expect(200).matches(&own);
        let asked = |name: &str| admin.get(&format!("{CREDENTIALS}?merchant={name}")).header("x-request-id", "1");
        assert_eq!(asked("Theirs").await.text(), asked("Nobody").await.text());
        is_problem(admin.post(&format!("{CREDENTIALS}?merchant=Theirs"), &json!({ "api": "ordrebok" })).await, 404, "merchant_not_found", "merchant");
        is_problem(admin.get("/ordrebok/v1/admin/merchants").await, 403, "insufficient_scope", "");
        is_problem(admin.post("/ordrebok/v1/admin/merchants", &json!({ "name": "More" })).await, 403, "insufficient_scope", "");
        is_problem(admin.get("/ordrebok/v1/admin/audit?merchant=Theirs").await, 404, "merchant_not_found", "merchant");
        let trail = admin.get("/ordrebok/v1/admin/audit").await.expect(200).json();
        assert!(trail["entries"].as_array().unwrap().iter().all(|entry| entry["merchant"] == "Ours"), "{trail}");
        // It does what a writer does as well; a writer administers nothing.
        admin.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await.expect(201);
        is_problem(ours.native().await.get(CREDENTIALS).await, 403, "insufficient_scope", "");
        theirs.native_with(secret).get(CREDENTIALS).await.expect(200);
    }

    /// A key that is replaced and the one that replaces it are both good for a while; then the old one opens nothing.
    async fn a_key_is_rotated_with_overlap_and_revoked(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let admin = administrator(&merchant).await;
        let old = admin.post(CREDENTIALS, &json!({ "api": "afterpay", "secret": "the-old-key", "scope": "read" })).await.expect(201).json();
        let shop = |secret: &Value| merchant.afterpay_with(Credential { id: String::new(), secret: secret.as_str().unwrap().to_owned() });
        let rotate = format!("{CREDENTIALS}/{}/rotate", old["number"]);
        let new = admin.post(&rotate, &json!({ "overlapSeconds": 3600 })).await.expect(200);
        new.contains(&json!({ "api": "afterpay", "id": old["id"], "scope": "read", "secret": "[text]", "previousUntil": "[text]" }));
        let new = new.json();
        assert_ne!(new["number"], old["number"]);
        for key in [&json!("the-old-key"), &new["secret"]] {
            shop(key).get("/api/v3/version").await.expect(200);
        }
        // It is replaced: there is nothing to rotate, but it can still be revoked before its time.
        is_problem(empty(&admin, &rotate).await, 404, "credential_not_found", "");
        empty(&admin, &format!("{CREDENTIALS}/{}/revoke", old["number"])).await.expect(200).contains(&json!({ "revokedAt": "[text]" }));
        shop(&json!("the-old-key")).get("/api/v3/version").await.expect(401);
        shop(&new["secret"]).get("/api/v3/version").await.expect(200);
        let last = empty(&admin, &format!("{CREDENTIALS}/{}/rotate", new["number"])).await.expect(200).json();
        let at_once = admin.post(&format!("{CREDENTIALS}/{}/rotate", last["number"]), &json!({ "overlapSeconds": 0 })).await.expect(200).json();
        shop(&last["secret"]).get("/api/v3/version").await.expect(401);
        shop(&at_once["secret"]).get("/api/v3/version").await.expect(200);
        for number in ["0", "99", "01", "x", "-1", "99999999999999999999", "%00"] {
            is_problem(empty(&admin, &format!("{CREDENTIALS}/{number}/revoke")).await, 404, "credential_not_found", "");
        }
    }

    /// An OAuth client keeps its id, and has two secrets for a while.
    async fn a_client_has_two_secrets_for_a_while(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let admin = administrator(&merchant).await;
        let old = merchant.credential("connect", &["--id", "web", "--secret", "the-old-secret"]).await;
        let number = admin.get(CREDENTIALS).await.json()["credentials"].as_array().unwrap().iter()
            .find(|one| one["api"] == "connect").unwrap()["number"].clone();
        let new = admin.post(&format!("{CREDENTIALS}/{number}/rotate"), &json!({})).await.expect(200).json();
        assert_eq!((&new["number"], &new["id"]), (&number, &json!("web")));
        let renewed = Credential { id: "web".to_owned(), secret: new["secret"].as_str().unwrap().to_owned() };
        for credential in [&old, &renewed] {
            merchant.connect_with(credential.clone()).await.get("/capi/v1/client/product").await.expect(200);
        }
        let last = admin.post(&format!("{CREDENTIALS}/{number}/rotate"), &json!({ "overlapSeconds": 0 })).await.expect(200).json();
        let form = |secret: &str| format!("grant_type=client_credentials&client_id=web&client_secret={secret}");
        let token = |secret: &str| server.http().post("/user/oauth/token").body("application/x-www-form-urlencoded", form(secret));
        for gone in ["the-old-secret", &renewed.secret] {
            token(gone).await.expect(401);
        }
        token(last["secret"].as_str().unwrap()).await.expect(200);
        let stdout = server.run(&["credential", "rotate", "--merchant", "Fjord Forlag", &number.to_string(), "--json"]).expecting(0).json();
        token(stdout["secret"].as_str().unwrap()).await.expect(200);
        token(last["secret"].as_str().unwrap()).await.expect(200);
    }

    /// What can't be read is told by its member, and nothing is added.
    async fn what_is_wrong_with_a_credential_is_told(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let admin = administrator(&merchant).await;
        for (body, code, field) in [
            (json!({}), "missing_member", "api"),
            (json!({ "api": "klarna" }), "invalid_body", "api"),
            (json!({ "api": "afterpay", "scope": "admin" }), "invalid_body", "scope"),
            (json!({ "api": "ordrebok", "scope": "operator" }), "invalid_body", "scope"),
            (json!({ "api": "connect", "id": "two words" }), "invalid_body", "id"),
            (json!({ "api": "connect", "secret": "x".repeat(201) }), "invalid_body", "secret"),
            (json!({ "api": "connect", "redirectUris": ["https://a.example/", "ftp://b.example"] }), "invalid_body", "redirectUris[1]"),
            (json!({ "api": "connect", "merchant": 7 }), "invalid_body", "merchant"),
        ] {
            is_problem(admin.post(CREDENTIALS, &body).await, 400, code, field);
        }
        let rotate = format!("{CREDENTIALS}/1/rotate");
        is_problem(admin.post(&rotate, &json!({ "overlapSeconds": 2_592_001 })).await, 400, "invalid_body", "overlapSeconds");
        is_problem(admin.post(CREDENTIALS, &json!({ "api": "connect" })).header("idempotency-key", "1").await, 400, "invalid_header", "Idempotency-Key");
        is_problem(admin.call(Method::POST, CREDENTIALS).body("text/plain", "x").await, 415, "unsupported_media_type", "Content-Type");
        admin.post(CREDENTIALS, &json!({ "api": "connect", "id": "web" })).await.expect(201);
        is_problem(admin.post(CREDENTIALS, &json!({ "api": "connect", "id": "web" })).await, 409, "credential_taken", "");
        assert_eq!(admin.get(CREDENTIALS).await.json()["credentials"].as_array().map(Vec::len), Some(2));
    }
}

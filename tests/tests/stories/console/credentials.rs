//! Credentials: added, shown once, revoked.

use super::{Person, Shop, hidden_fields};
use stories::{Server, eventually, story};

story! {
    /// A key that is added on the page opens the API until it is revoked there.
    async fn a_credential_is_added_and_revoked(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut kari = Person::of(&server, "kari", "administer", Some("Nordlys")).await;
        let path = format!("{}/credentials", shop.base);
        let page = kari.get(&path).await.expect(200);
        for (fields, status) in [
            (vec![("api", "ordrebok"), ("scope", "write"), ("secret", "short")], 422),
            (vec![("api", "ordrebok"), ("scope", "write"), ("secret", "with a space in it")], 422),
            (vec![("api", "telex"), ("scope", "write")], 422),
            (vec![("api", "ordrebok"), ("scope", "everything")], 422),
            (vec![("api", "ordrebok"), ("scope", "read"), ("secret", "a-key-of-our-own")], 201),
            (vec![("api", "ordrebok"), ("scope", "read"), ("secret", "a-key-of-our-own")], 422),
        ] {
            let reply = kari.send(&page, &path, &fields).await.expect(status);
            let ours = fields.get(2).is_some_and(|(_, value)| *value == "a-key-of-our-own");
            assert_eq!(reply.text().contains("a-key-of-our-own"), ours, "{}", reply.text());
        }
        let get = |key: &'static str| server.http().get(&shop.api).header("authorization", &format!("Bearer {key}"));
        get("a-key-of-our-own").await.expect(200);
        let listed = kari.get(&path).await.expect(200).text();
        assert!(!listed.contains("a-key-of-our-own"), "a secret is shown once");
        let action = listed.split("action=\"").filter(|rest| rest.contains("/revoke\""))
            .filter_map(|rest| rest.split('"').next()).find(|action| action.ends_with("/revoke")).unwrap().to_owned();
        let listed = kari.get(&path).await.expect(200);
        kari.send(&listed, &action, &[]).await.expect(400);
        get("a-key-of-our-own").await.expect(200);
        kari.send(&listed, &action, &[("sure", "yes")]).await.expect(303);
        eventually("the key opens nothing", async || (get("a-key-of-our-own").await.status() == 401).then_some(())).await;
        kari.send(&listed, &action, &[("sure", "yes")]).await.expect(404);
        let unknown = format!("{}/credentials/99/revoke", shop.base);
        let token = hidden_fields(&listed.text(), "/console/sign-out");
        kari.post(&unknown, &[("form_token", &token[0].1), ("sure", "yes")]).await.expect(404);
    }
}

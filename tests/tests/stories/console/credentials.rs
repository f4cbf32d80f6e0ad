//! Credentials: added, shown once, revoked.

use super::{Person, Shop, action_ending, token};
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
        let action = action_ending(&listed, "/revoke");
        let listed = kari.get(&path).await.expect(200);
        kari.send(&listed, &action, &[]).await.expect(400);
        get("a-key-of-our-own").await.expect(200);
        kari.send(&listed, &action, &[("sure", "yes")]).await.expect(303);
        eventually("the key opens nothing", async || (get("a-key-of-our-own").await.status() == 401).then_some(())).await;
        kari.send(&listed, &action, &[("sure", "yes")]).await.expect(404);
        let unknown = format!("{}/credentials/99/revoke", shop.base);
        kari.post(&unknown, &[("form_token", &token(&listed.text())), ("sure", "yes")]).await.expect(404);
    }

    /// A new secret is shown once; the one before it is good for as long as was said, and no longer.
    async fn a_credential_gets_a_new_secret(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut kari = Person::of(&server, "kari", "administer", Some("Nordlys")).await;
        let path = format!("{}/credentials", shop.base);
        let page = kari.get(&path).await.expect(200);
        let fields = [("api", "ordrebok"), ("scope", "read"), ("secret", "the-first-key")];
        kari.send(&page, &path, &fields).await.expect(201);
        let get = |key: String| server.http().get(&shop.api).header("authorization", &format!("Bearer {key}"));
        let listed = kari.get(&path).await.expect(200).text();
        let rotate = action_ending(&listed, "/revoke").replace("/revoke", "/rotate");
        assert!(listed.contains(&format!("href=\"{rotate}\"")), "{listed}");
        let form = kari.get(&rotate).await.expect(200);
        kari.send(&form, &rotate, &[("overlap", "7")]).await.expect(422);
        kari.send(&form, &rotate, &[]).await.expect(422);
        let rotated = kari.send(&form, &rotate, &[("overlap", "3600")]).await.expect(200).text();
        let (_, second) = rotated.split_once("<dd class=\"mono secret\">").unwrap();
        let second = second.split('<').next().unwrap().to_owned();
        assert!(rotated.contains("Replaced</span>") && rotated.contains("The one before it is good until"), "{rotated}");
        get("the-first-key".to_owned()).await.expect(200);
        get(second.clone()).await.expect(200);
        assert!(!kari.get(&path).await.expect(200).text().contains(&second), "a secret is shown once");
        // What was replaced gets no second successor.
        kari.get(&rotate).await.expect(404);
        kari.send(&form, &rotate, &[("overlap", "3600")]).await.expect(404);
        let next = kari.get(&path).await.expect(200).text();
        let next = next.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|link| link.ends_with("/rotate")).unwrap().to_owned();
        let form = kari.get(&next).await.expect(200);
        kari.send(&form, &next, &[("overlap", "0")]).await.expect(200);
        eventually("the second key opens nothing", async || (get(second.clone()).await.status() == 401).then_some(())).await;
        get("the-first-key".to_owned()).await.expect(200);
    }
}

//! Who is let in.

use crate::fixture::Fixture;
use book::{AuthError, BookError, NewCredential, Scope};
use order::{Dialect, MerchantId};

fn new(merchant: MerchantId, api: Dialect, id: Option<&str>, secret: Option<&str>) -> NewCredential {
    let (id, secret) = (id.map(ToOwned::to_owned), secret.map(ToOwned::to_owned));
    NewCredential {
        merchant,
        api,
        id,
        secret,
        scope: Scope::Write,
        redirects: Vec::new(),
    }
}

pub(crate) async fn a_key_opens_its_own_api_until_it_is_taken_back(fixture: Fixture) {
    let (book, merchant) = (&fixture.book, fixture.merchant);
    let added = book
        .add_credential(new(merchant, Dialect::AfterPay, None, Some("my-old-key")))
        .await
        .unwrap();
    assert_eq!(added.secret, "my-old-key");
    let access = book
        .authenticate_key(Dialect::AfterPay, "my-old-key")
        .await
        .unwrap();
    assert_eq!((access.merchant, access.scope), (merchant, Scope::Write));
    for (api, key) in [
        (Dialect::Ordrebok, "my-old-key"),
        (Dialect::AfterPay, "my-old-kez"),
        (Dialect::AfterPay, ""),
    ] {
        assert!(matches!(
            book.authenticate_key(api, key).await,
            Err(AuthError::Denied)
        ));
    }
    fixture
        .other
        .authenticate_key(Dialect::AfterPay, "my-old-key")
        .await
        .unwrap();
    book.revoke_credential(merchant, added.info.number).await.unwrap();
    assert!(matches!(
        book.authenticate_key(Dialect::AfterPay, "my-old-key").await,
        Err(AuthError::Denied)
    ));
    fixture.clock.pass(1000);
    let elsewhere = fixture
        .other
        .authenticate_key(Dialect::AfterPay, "my-old-key")
        .await;
    assert!(
        matches!(elsewhere, Err(AuthError::Denied)),
        "another server knows after a second"
    );
}

pub(crate) async fn a_token_opens_until_its_time_is_up(fixture: Fixture) {
    let (book, merchant) = (&fixture.book, fixture.merchant);
    let added = book
        .add_credential(new(merchant, Dialect::Connect, Some("no.shop"), None))
        .await
        .unwrap();
    let issue =
        async |client: &str, secret: &str| book.issue_token(Dialect::Connect, client, secret, 3600).await;
    assert!(matches!(issue("no.shop", "wrong").await, Err(AuthError::Denied)));
    assert!(matches!(
        issue("no.other", &added.secret).await,
        Err(AuthError::Denied)
    ));
    let token = issue("no.shop", &added.secret).await.unwrap();
    let access = fixture
        .other
        .authenticate_token(Dialect::Connect, &token.text)
        .await
        .unwrap();
    assert_eq!((access.merchant, access.client.as_str()), (merchant, "no.shop"));
    let elsewhere = book.authenticate_token(Dialect::Marketplace, &token.text).await;
    assert!(
        matches!(elsewhere, Err(AuthError::Denied)),
        "a token is for one API"
    );
    fixture.clock.pass(3_599_000);
    fixture
        .other
        .authenticate_token(Dialect::Connect, &token.text)
        .await
        .unwrap();
    fixture.clock.pass(1000);
    let late = fixture
        .other
        .authenticate_token(Dialect::Connect, &token.text)
        .await;
    assert!(matches!(late, Err(AuthError::Denied)));
}

pub(crate) async fn a_key_that_another_merchant_has_is_refused(fixture: Fixture) {
    let book = &fixture.book;
    let other = book.add_merchant("Sydpolen").await.unwrap().id;
    book.add_credential(new(fixture.merchant, Dialect::AfterPay, None, Some("key")))
        .await
        .unwrap();
    let taken = book
        .add_credential(new(other, Dialect::AfterPay, None, Some("key")))
        .await;
    assert!(matches!(taken, Err(BookError::Exists(_))));
    book.add_credential(new(fixture.merchant, Dialect::Connect, Some("id"), Some("a")))
        .await
        .unwrap();
    let taken = book
        .add_credential(new(other, Dialect::Connect, Some("id"), Some("b")))
        .await;
    assert!(matches!(taken, Err(BookError::Exists(_))));
}

//! What is read is what stands.

use crate::fixture::{Fixture, euros};
use book::{Book, Reference, Request};
use bytes::Bytes;
use order::{CancelRequest, Command, Dialect, Order, Wanted};

fn render(order: &Order) -> Bytes {
    Bytes::from(format!(
        "{} {}",
        order.version,
        order.remaining().unwrap().decimal().normalize()
    ))
}

async fn shown(book: &Book, fixture: &Fixture, number: &str) -> Option<Bytes> {
    let reference = Reference::Number(number.to_owned());
    book.rendered(fixture.merchant, Dialect::AfterPay, reference, render)
        .await
        .unwrap()
}

/// Two servers read an order in turn while each of them changes it: neither ever gives an answer from before.
pub(crate) async fn a_kept_answer_is_never_stale(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    fixture.reserved("ORDER2", 100).await;
    for turn in 0..20_i64 {
        let writer = if turn % 2 == 0 {
            &fixture.book
        } else {
            &fixture.other
        };
        for book in [&fixture.book, &fixture.other, &fixture.book] {
            let expected = Bytes::from(format!("{} {}", 3 + turn, 100 - turn));
            assert_eq!(shown(book, &fixture, "order1").await, Some(expected));
        }
        let cancel = CancelRequest {
            wanted: Wanted::Exactly {
                gross: euros(1),
                net: None,
            },
            items: Vec::new(),
            annex: None,
        };
        let request = Request::on(fixture.merchant, Reference::Id(id), Command::Cancel(cancel));
        writer.execute(request).await.unwrap().unwrap();
        assert_eq!(
            shown(writer, &fixture, "ORDER2").await,
            Some(Bytes::from("3 100"))
        );
    }
}

pub(crate) async fn an_order_is_found_by_number_in_any_case_and_by_its_id(fixture: Fixture) {
    let id = fixture.reserved("Ørder-1", 100).await;
    let found = async |reference: Reference| {
        fixture
            .book
            .order(fixture.merchant, &reference)
            .await
            .unwrap()
            .map(|order| order.id)
    };
    assert_eq!(found(Reference::Number("øRDER-1".to_owned())).await, Some(id));
    assert_eq!(found(Reference::Number(id.to_string())).await, Some(id));
    assert_eq!(
        found(Reference::Shown(Dialect::Connect, id.to_string())).await,
        Some(id)
    );
    for no_id in ["0", "1", "-1", "01000000000", "99999999999999999999", ""] {
        assert_eq!(
            found(Reference::Shown(Dialect::Connect, no_id.to_owned())).await,
            None,
            "{no_id}"
        );
    }
}

pub(crate) async fn another_merchant_sees_nothing(fixture: Fixture) {
    let id = fixture.reserved("ORDER1", 100).await;
    let other = fixture.book.add_merchant("Sydpolen").await.unwrap().id;
    for reference in [
        Reference::Id(id),
        Reference::Number("ORDER1".to_owned()),
        Reference::Number(id.to_string()),
    ] {
        assert_eq!(fixture.book.order(other, &reference).await.unwrap(), None);
        let rendered = fixture.book.rendered(other, Dialect::AfterPay, reference, render);
        assert_eq!(rendered.await.unwrap(), None);
    }
    let elsewhere = Fixture {
        merchant: other,
        ..fixture.clone()
    };
    elsewhere.reserved("ORDER1", 55).await;
    assert_eq!(
        shown(&fixture.book, &fixture, "ORDER1").await,
        Some(Bytes::from("3 100"))
    );
    assert_eq!(
        shown(&fixture.book, &elsewhere, "ORDER1").await,
        Some(Bytes::from("3 55"))
    );
}

//! The money bar: how much of what was reserved is captured, refunded, cancelled, and still there.

use super::{Money, digits};
use maud::{Markup, html};
use order::Amount;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How wide the bar is drawn.
const WIDTH: u32 = 1000;
/// Below this much, what is there could not be seen.
const NARROWEST: u32 = 4;

/// The part of a whole, so many of `WIDTH`; zero when there is no whole.
pub(crate) fn share(part: Amount, whole: Amount, width: u32) -> u32 {
    let scaled = part.decimal().checked_mul(Decimal::from(width));
    let share = scaled.and_then(|scaled| scaled.checked_div(whole.decimal()));
    share
        .and_then(|share| share.round().to_u32())
        .unwrap_or(0)
        .min(width)
}

/// The pieces of the bar: their class, where they begin, and how wide they are.
fn pieces(money: &Money) -> Vec<(&'static str, u32, u32)> {
    let kept = money.captured.minus(money.refunded).unwrap_or(Amount::ZERO);
    let parts = [
        ("captured", kept),
        ("refunded", money.refunded),
        ("cancelled", money.cancelled),
        ("remaining", money.remaining),
    ];
    let mut begin = 0;
    let mut pieces = Vec::new();
    for (class, part) in parts {
        if !part.is_positive() {
            continue;
        }
        let room = WIDTH.saturating_sub(begin);
        let width = share(part, money.reserved, WIDTH).max(NARROWEST).min(room);
        pieces.push((class, begin, width));
        begin = begin.saturating_add(width);
    }
    pieces
}

/// The bar alone.
fn drawn(money: &Money) -> Markup {
    html! {
        svg.money-bar viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.empty width="1000" height="12" {}
            @for (class, begin, width) in pieces(money) {
                rect class=(class) x=(begin) width=(width) height="12" {}
            }
        }
    }
}

/// The bar with its sums.
pub(crate) fn bar(money: &Money) -> Markup {
    html! {
        div.money {
            (drawn(money))
            dl.sums {
                @for (name, sum) in money.sums() {
                    div class=(name.to_lowercase()) {
                        dt { (name) }
                        dd.number { (digits(sum, money.currency)) }
                    }
                }
            }
        }
    }
}

/// The bar before and after, with what each sum changes by.
pub(crate) fn compared(before: &Money, after: &Money) -> Markup {
    html! {
        div.compared {
            div { span.hint { "Before" } (drawn(before)) }
            div { span.hint { "After" } (drawn(after)) }
        }
        div.table-scroll tabindex="0" role="region" aria-label="Effect on the money" {
            table.sums-table {
                thead { tr {
                    th scope="col" { (after.currency.code()) }
                    th.number scope="col" { "Before" } th.number scope="col" { "After" } th.number scope="col" { "Change" }
                } }
                tbody {
                    @for ((name, was), (_, is)) in before.sums().into_iter().zip(after.sums()) {
                        tr.changed[was != is] {
                            th scope="row" { (name) }
                            td.number { (digits(was, before.currency)) }
                            td.number { (digits(is, after.currency)) }
                            td.number { (change(was, is, after)) }
                        }
                    }
                }
            }
        }
    }
}

fn change(was: Amount, is: Amount, money: &Money) -> String {
    match is.minus(was) {
        Ok(change) if change.is_positive() => format!("+{}", digits(change, money.currency)),
        Ok(change) if change.is_negative() => digits(change, money.currency),
        Ok(_) | Err(_) => "\u{2013}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use order::Currency;

    fn money(reserved: i64, captured: i64, refunded: i64, cancelled: i64) -> Money {
        let amount = |value: i64| Amount::new(Decimal::from(value)).unwrap();
        Money {
            currency: Currency::from_code("NOK").unwrap(),
            total: amount(reserved),
            reserved: amount(reserved),
            captured: amount(captured),
            refunded: amount(refunded),
            cancelled: amount(cancelled),
            remaining: amount(reserved.saturating_sub(captured).saturating_sub(cancelled)),
        }
    }

    #[test]
    fn the_pieces_fill_the_bar_and_none_is_too_small_to_see() {
        assert_eq!(pieces(&money(0, 0, 0, 0)), []);
        assert_eq!(
            pieces(&money(100, 50, 20, 10)),
            [
                ("captured", 0, 300),
                ("refunded", 300, 200),
                ("cancelled", 500, 100),
                ("remaining", 600, 400)
            ]
        );
        assert_eq!(
            pieces(&money(100_000, 1, 0, 0)),
            [("captured", 0, 4), ("remaining", 4, 996)]
        );
        assert_eq!(pieces(&money(3, 3, 3, 0)), [("refunded", 0, 1000)]);
    }
}

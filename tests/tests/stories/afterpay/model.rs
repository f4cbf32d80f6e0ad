//! Random captures, refunds, voids and updates against a model that knows nothing of the server: whole numbers of the
//! smallest coin, one order, the rules as the documentation tells them. In no amount may the two ever differ.
//!
//! A failure names its seed; the sequence of a seed is always the same.

use std::fmt::Write as _;

use serde_json::{Value, json};
use stories::{Caller, Server, afterpay, story};

/// A source of numbers that is wholly determined by its seed (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn up_to(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.throw(u64::try_from(most.max(1)).unwrap())).unwrap()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    authorized: i64,
    voided: i64,
    /// Number, amount, refunded.
    captures: Vec<(String, i64, i64)>,
}

#[derive(Debug, Clone)]
enum Step {
    Capture {
        number: Option<String>,
        amount: Option<i64>,
    },
    Refund {
        capture: Option<String>,
        amount: Option<i64>,
    },
    Void {
        amount: Option<i64>,
    },
    Update {
        total: i64,
    },
}

impl Model {
    fn captured(&self) -> i64 {
        self.captures.iter().map(|capture| capture.1).sum()
    }

    fn remaining(&self) -> i64 {
        self.authorized - self.captured() - self.voided
    }

    /// Does a step; false when it is refused.
    fn does(&mut self, step: &Step) -> bool {
        let remaining = self.remaining();
        match step {
            Step::Capture { number, amount } => {
                let known = self
                    .captures
                    .iter()
                    .find(|known| number.as_deref() == Some(&known.0));
                if let Some((_, before, _)) = known {
                    return amount.is_some_and(|amount| amount == *before);
                }
                let amount = amount.unwrap_or(remaining);
                if amount > remaining || amount <= 0 {
                    return false;
                }
                let number = number.clone().unwrap_or_default();
                self.captures.push((number, amount, 0));
                true
            }
            Step::Refund { capture, amount } => self.refund(capture.as_deref(), *amount),
            Step::Void { amount } => {
                let amount = amount.unwrap_or(remaining);
                let fits = (1..=remaining).contains(&amount);
                self.voided += if fits { amount } else { 0 };
                fits
            }
            Step::Update { total } => {
                let fits = remaining > 0 && *total >= self.captured() + self.voided;
                self.authorized = if fits { *total } else { self.authorized };
                fits
            }
        }
    }

    /// One capture alone bears it where one can, the oldest first; else all of them from the oldest on.
    fn refund(&mut self, capture: Option<&str>, amount: Option<i64>) -> bool {
        let mut open: Vec<_> = self
            .captures
            .iter_mut()
            .filter(|known| capture.is_none_or(|capture| known.0 == capture))
            .collect();
        let all: i64 = open.iter().map(|known| known.1 - known.2).sum();
        let amount = amount.unwrap_or(all);
        if open.is_empty() || amount > all || amount < 0 {
            return false;
        }
        if let Some(one) = open.iter_mut().find(|known| known.1 - known.2 >= amount) {
            one.2 += amount;
            return true;
        }
        let mut left = amount;
        for known in open {
            let share = left.min(known.1 - known.2);
            known.2 += share;
            left -= share;
        }
        true
    }

    fn step(&self, dice: &mut Dice) -> Step {
        let numbers: Vec<_> = self.captures.iter().map(|capture| capture.0.clone()).collect();
        let some = |dice: &mut Dice, most: i64| match dice.throw(8) {
            0 => None,
            1 => Some(most.max(1)),
            2 => Some(most + dice.up_to(3)),
            _ => Some(dice.up_to(most / 3 + 1)),
        };
        let known = |dice: &mut Dice| {
            let place = usize::try_from(dice.throw(4)).unwrap();
            numbers.get(place).filter(|number| !number.is_empty()).cloned()
        };
        match dice.throw(10) {
            0..4 => Step::Capture {
                number: known(dice)
                    .filter(|_| dice.throw(3) == 0)
                    .or_else(|| Some(format!("N{}", dice.throw(1_000_000)))),
                amount: some(dice, self.remaining()),
            },
            4..7 => Step::Refund {
                capture: known(dice),
                amount: some(dice, self.captured() / 2),
            },
            7..9 => Step::Void {
                amount: some(dice, self.remaining() / 2),
            },
            _ => Step::Update {
                total: (self.authorized + dice.up_to(2000) - 1000).max(1),
            },
        }
    }
}

/// Minor units as a decimal, now a number, now a text.
fn money(minor: i64, decimals: usize, dice: &mut Dice) -> Value {
    let unit = 10_i64.pow(u32::try_from(decimals).unwrap());
    let mut text = (minor / unit).to_string();
    if decimals > 0 {
        write!(text, ".{:0width$}", minor % unit, width = decimals).unwrap();
    }
    if dice.throw(2) == 0 {
        Value::String(text)
    } else {
        serde_json::from_str(&text).unwrap()
    }
}

/// A decimal as minor units; fails for any fraction of them.
fn minor(value: &Value, decimals: usize) -> i64 {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let width = decimals;
    let kept: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(width)
        .collect();
    assert!(
        fraction.chars().skip(width).all(|digit| digit == '0'),
        "{text} is no amount"
    );
    format!("{whole}{kept}").parse().unwrap()
}

async fn ask(shop: &Caller, path: &str, step: &Step, decimals: usize, dice: &mut Dice) -> u16 {
    let mut details = |amount: i64| {
        let amount = money(amount, decimals, dice);
        json!({"totalGrossAmount": amount, "items": [{"productId": "PART", "description": "A part", "quantity": 1, "grossUnitPrice": amount}]})
    };
    let (path, body) = match step {
        Step::Capture { number, amount } => {
            let details = amount.map(&mut details);
            (
                format!("{path}/captures"),
                json!({"invoiceNumber": number, "orderDetails": details}),
            )
        }
        Step::Refund { capture, amount } => {
            // Not one of the captured items: which capture a refund of those goes to is another story.
            let items = amount.map(|amount| {
                let mut items = details(amount)["items"].clone();
                items[0]["productId"] = json!("GOODWILL");
                items
            });
            (
                format!("{path}/refunds"),
                json!({"captureNumber": capture, "orderItems": items}),
            )
        }
        Step::Void { amount } => {
            let details = amount.map(&mut details);
            (format!("{path}/voids"), json!({"cancellationDetails": details}))
        }
        Step::Update { total } => (
            format!("{path}/updateOrder"),
            json!({"updateOrderSummary": details(*total)}),
        ),
    };
    let reply = shop.post(&path, &body).await;
    assert!(
        matches!(reply.status(), 200 | 400),
        "{path} {body}: {} {}",
        reply.status(),
        reply.text()
    );
    reply.status()
}

/// What the server says the order has come to.
async fn told(shop: &Caller, path: &str, decimals: usize) -> (Model, i64) {
    let order = shop.get(path).await.expect(200).json();
    let list = |name: &str| order[name].as_array().unwrap().clone();
    let amount = |part: &Value, name: &str| minor(&part[name], decimals);
    let captures = list("captures");
    let model = Model {
        authorized: amount(&order["orderDetails"], "totalGrossAmount"),
        voided: list("cancellations")
            .iter()
            .map(|part| amount(part, "cancellationAmount"))
            .sum(),
        captures: captures
            .iter()
            .map(|part| {
                assert_eq!(
                    amount(part, "balance"),
                    amount(part, "amount") - amount(part, "totalRefundedAmount")
                );
                let number = part["captureNumber"].as_str().unwrap().to_owned();
                (
                    number,
                    amount(part, "amount"),
                    amount(part, "totalRefundedAmount"),
                )
            })
            .collect(),
    };
    let refunded = list("refunds").iter().map(|part| -amount(part, "amount")).sum();
    (model, refunded)
}

story! {
    async fn random_sequences_never_differ_from_the_model_in_any_amount(server: Server) {
        let shop = server.afterpay_shop().await;
        let mut kinds = [0_u32; 2];
        for seed in 1..=24_u64 {
            let (currency, decimals) = [("NOK", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)][usize::try_from(seed % 4).unwrap()];
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let total = dice.up_to(20_000);
            let mut body = afterpay::authorize(&format!("SEED{seed}"), 1);
            body["order"] = json!({"number": format!("SEED{seed}"), "currency": currency, "totalGrossAmount": money(total, decimals, &mut dice)});
            shop.post("/api/v3/checkout/authorize", &body).await.expect(200);
            let path = format!("/api/v3/orders/SEED{seed}");
            let mut model = Model { authorized: total, ..Model::default() };
            for place in 0..20 {
                let step = model.step(&mut dice);
                let mut after = model.clone();
                let is_done = after.does(&step);
                let status = ask(&shop, &path, &step, decimals, &mut dice).await;
                let (server, refunded) = told(&shop, &path, decimals).await;
                // A step over all that remains, when nothing does, may be one that is repeated.
                if is_done {
                    assert_eq!(status, 200, "seed {seed}, step {place}: {step:?} on {model:?}");
                    model = after;
                } else if model.remaining() > 0 {
                    assert_eq!(status, 400, "seed {seed}, step {place}: {step:?} on {model:?}");
                }
                kinds[usize::from(is_done)] += 1;
                assert_eq!(server, model, "seed {seed}, step {place}: {step:?}");
                assert_eq!(refunded, model.captures.iter().map(|capture| capture.2).sum::<i64>(), "seed {seed}, step {place}: {step:?}");
            }
        }
        assert!(kinds.iter().all(|count| *count > 60), "both sorts of step were tried: {kinds:?}");
    }
}

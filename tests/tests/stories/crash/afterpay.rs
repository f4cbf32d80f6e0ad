//! A web shop: authorizes, captures, refunds and voids, and now and then asks for too much.

use serde_json::{Value, json};
use stories::{Call, Caller, Reply, afterpay};

use super::writer::{Belief, Random};

/// Pieces of each order.
const PIECES: u32 = 100;

#[derive(Debug)]
pub(super) struct Shop {
    caller: Caller,
    number: u64,
    steps: u64,
    orders: Vec<Order>,
}

#[derive(Debug, Default)]
struct Order {
    number: String,
    touched: bool,
    captures: Vec<Capture>,
    refunds: Vec<(String, u32)>,
    voids: Vec<u32>,
}

#[derive(Debug)]
struct Capture {
    number: String,
    pieces: u32,
    refunded: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    key: String,
    action: Action,
}

#[derive(Debug, Clone)]
enum Action {
    Authorize(String),
    Capture {
        order: usize,
        number: String,
        pieces: u32,
    },
    Refund {
        order: usize,
        capture: usize,
        pieces: u32,
    },
    Void {
        order: usize,
        pieces: u32,
    },
    CaptureTooMuch {
        order: usize,
    },
}

impl Order {
    fn remaining(&self) -> u32 {
        PIECES
            - self.captures.iter().map(|capture| capture.pieces).sum::<u32>()
            - self.voids.iter().sum::<u32>()
    }
}

impl Shop {
    pub(super) fn new(number: u64, caller: Caller) -> Self {
        Self {
            caller,
            number,
            steps: 0,
            orders: Vec::new(),
        }
    }

    fn action(&self, random: &mut Random) -> Action {
        if self.orders.is_empty() || random.below(4) == 0 {
            return Action::Authorize(format!("crash-a{}-{}", self.number, self.steps));
        }
        let place = random.place_in(&self.orders);
        let order = &self.orders[place];
        let pieces = u32::try_from(random.below(7)).unwrap() + 1;
        let refundable = order
            .captures
            .iter()
            .position(|capture| capture.pieces - capture.refunded >= pieces);
        match (random.below(8), refundable) {
            (0, _) => Action::CaptureTooMuch { order: place },
            (1..=3, Some(capture)) => Action::Refund {
                order: place,
                capture,
                pieces,
            },
            (4, _) if order.remaining() >= pieces => Action::Void { order: place, pieces },
            _ if order.remaining() >= pieces => Action::Capture {
                order: place,
                number: format!("c{}-{}", self.number, self.steps),
                pieces,
            },
            _ => Action::CaptureTooMuch { order: place },
        }
    }
}

impl Belief for Shop {
    type Step = Step;

    fn next(&mut self, random: &mut Random) -> Step {
        self.steps += 1;
        let action = self.action(random);
        Step {
            key: format!("key-{}-{}", self.number, self.steps),
            action,
        }
    }

    fn call(&self, step: &Step) -> Call {
        let part =
            |order: &usize, part: &str| format!("/api/v3/orders/{}/{part}", self.orders[*order].number);
        let (path, body) = match &step.action {
            Action::Authorize(number) => (
                "/api/v3/checkout/authorize".to_owned(),
                afterpay::authorize(number, PIECES),
            ),
            Action::Capture {
                order,
                number,
                pieces,
            } => (part(order, "captures"), afterpay::capture(number, *pieces)),
            Action::Refund {
                order,
                capture,
                pieces,
            } => {
                let capture = &self.orders[*order].captures[*capture].number;
                (part(order, "refunds"), afterpay::refund(capture, *pieces))
            }
            Action::Void { order, pieces } => (part(order, "voids"), afterpay::void(*pieces)),
            Action::CaptureTooMuch { order } => {
                (part(order, "captures"), afterpay::capture("too-much", PIECES + 1))
            }
        };
        self.caller
            .post(&path, &body)
            .header("x-idempotency-key", &step.key)
    }

    fn learn(&mut self, step: Step, reply: &Reply) {
        let expected = if let Action::CaptureTooMuch { .. } = step.action {
            400
        } else {
            200
        };
        let reply = reply.clone().expect(expected);
        let touched = match step.action {
            Action::Authorize(number) => {
                self.orders.push(Order {
                    number,
                    ..Order::default()
                });
                self.orders.len() - 1
            }
            Action::Capture {
                order,
                number,
                pieces,
            } => {
                reply.contains(&json!({ "captureNumber": number, "capturedAmount": pieces * 10 }));
                self.orders[order].captures.push(Capture {
                    number,
                    pieces,
                    refunded: 0,
                });
                order
            }
            Action::Refund {
                order,
                capture,
                pieces,
            } => {
                let number = reply.json()["refundNumbers"][0].as_str().unwrap().to_owned();
                self.orders[order].captures[capture].refunded += pieces;
                self.orders[order].refunds.push((number, pieces));
                order
            }
            Action::Void { order, pieces } => {
                self.orders[order].voids.push(pieces);
                order
            }
            Action::CaptureTooMuch { order } => order,
        };
        self.orders[touched].touched = true;
    }

    async fn check(&mut self, touched_only: bool) {
        for order in self.orders.iter().filter(|order| order.touched || !touched_only) {
            let reply = self
                .caller
                .get(&format!("/api/v3/orders/{}", order.number))
                .await
                .expect(200);
            let body = reply.json();
            reply.contains(
                &json!({ "orderDetails": { "orderNumber": order.number, "totalGrossAmount": PIECES * 10 } }),
            );
            let captures: Vec<Value> = order
                .captures
                .iter()
                .map(|capture| {
                    json!({
                        "captureNumber": capture.number, "amount": capture.pieces * 10,
                        "totalRefundedAmount": capture.refunded * 10
                    })
                })
                .collect();
            let refunds: Vec<Value> = order
                .refunds
                .iter()
                .map(|(number, pieces)| json!({ "refundNumber": number, "amount": -i64::from(*pieces) * 10 }))
                .collect();
            let voids: Vec<Value> = order
                .voids
                .iter()
                .map(|pieces| json!({ "cancellationAmount": pieces * 10 }))
                .collect();
            for (part, expected) in [
                ("captures", captures),
                ("refunds", refunds),
                ("cancellations", voids),
            ] {
                // An empty list may be left out.
                let found = if body[part].is_null() {
                    json!([])
                } else {
                    body[part].clone()
                };
                stories::json::assert_contains(
                    &format!("{part} of {}", order.number),
                    &found,
                    &json!(expected),
                );
            }
        }
    }

    fn forget_touched(&mut self) {
        for order in &mut self.orders {
            order.touched = false;
        }
    }

    fn acknowledged(&self) -> Vec<String> {
        self.orders.iter().map(|order| order.number.clone()).collect()
    }
}

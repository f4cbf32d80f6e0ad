//! Random commands. A step is drawn without knowing the order and turned into a command when its turn comes, so that
//! captures, refunds and shipments mostly name something that is there, and sometimes something that is not.

use crate::world::{
    amount, cancel, capture, change_shipment, fail, paid_by, parcel, process, refund, registration,
    remove_shipment, settle, ship,
};
use order::{
    Amount, Command, Dialect, Failure, FulfilRequest, Handover, Item, NumberStyle, Opaque, Order,
    PaymentMethod, Quantity, ReserveRequest, ReturnPolicy, ReturnedLine, Timestamp, Wanted,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use rust_decimal::Decimal;

/// How much a step wants, relative to what there is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    Remaining,
    Items,
    /// So many thousandths of what is left, rounded to the coin; more than a thousand ask for too much.
    Thousandths(i64),
    /// So many ten-thousandths of the currency's main unit, whatever is left: often too fine, sometimes negative.
    Raw(i64),
    /// What the items come to, said as a total that is off by so many coins.
    Told(i64),
}

/// Some of a line of the order, or of nothing that it sells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pick {
    line: usize,
    thousandths: i64,
    priced: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Register,
    Import,
    Confirm,
    Process,
    Fail(bool),
    /// Whether a connector asks, the payer is there, and the handover waits.
    Fulfil(bool, bool, bool),
    Settle(bool),
    Reserve(i64, Option<i64>),
    Expire,
    Capture(Option<u8>, Share, Vec<Pick>, bool),
    Refund(Option<u8>, Option<u8>, Share, Vec<Pick>),
    Cancel(Share, Vec<Pick>),
    Ship(u8),
    ChangeShipment(u8, i64, bool),
    RemoveShipment(u8, i64),
    Return(Vec<Pick>, bool, Option<i64>),
    Subscribe(Vec<Option<u8>>),
    Refer(Option<u8>),
    Annotate(usize, u8),
}

/// An order to begin with.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    pub(crate) code: &'static str,
    pub(crate) items: Vec<Item>,
    pub(crate) method: PaymentMethod,
    pub(crate) prepaid: bool,
    pub(crate) numbers: NumberStyle,
}

pub(crate) fn beginning() -> impl Strategy<Value = Beginning> {
    let method = prop_oneof![
        3 => Just(PaymentMethod::Invoice),
        2 => Just(PaymentMethod::Sms),
        1 => Just(PaymentMethod::Account),
    ];
    let code = prop_oneof![Just("JPY"), Just("NOK"), Just("KWD")];
    let style = prop_oneof![Just(NumberStyle::Suffixed), Just(NumberStyle::Numeric)];
    (code, vec(sold(), 0..5), method, any::<bool>(), style).prop_map(
        |(code, items, method, prepaid, numbers)| {
            let numbered = (1..).zip(items).map(|(number, item)| Item {
                number: Some(number),
                product: format!("P{}", number % 3),
                ..item
            });
            Beginning {
                code,
                items: numbered.collect(),
                method,
                prepaid,
                numbers,
            }
        },
    )
}

/// Prices with up to six decimals, now and then a discount; quantities in halves.
fn sold() -> impl Strategy<Value = Item> {
    let price = prop_oneof![8 => 1_i64..200_000_000, 1 => -5_000_000_i64..0];
    (price, 1_i64..12).prop_map(|(price, halves)| Item {
        number: None,
        product: String::new(),
        description: String::new(),
        quantity: Quantity::new(Decimal::new(halves * 5, 1)).unwrap(),
        unit_gross: Some(Amount::new(Decimal::new(price, 6)).unwrap()),
        unit_net: Some(Amount::new(Decimal::new(price, 6)).unwrap()),
        unit_vat: None,
        vat_percent: Some(Decimal::new(125, 1)),
        annex: Some(Opaque::of(&"only the dialect's").unwrap()),
    })
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        3 => Just(Share::Remaining),
        4 => Just(Share::Items),
        4 => (0_i64..1200).prop_map(Share::Thousandths),
        1 => (-20_000_i64..2_000_000).prop_map(Share::Raw),
        2 => (-3_i64..4).prop_map(Share::Told),
    ]
}

fn picks() -> impl Strategy<Value = Vec<Pick>> {
    let whole = prop_oneof![3 => Just(1000_i64), 3 => 1_i64..1000, 1 => Just(0), 1 => -500_i64..2000];
    let pick = (0_usize..6, whole, any::<bool>()).prop_map(|(line, thousandths, priced)| Pick {
        line,
        thousandths,
        priced,
    });
    prop_oneof![1 => Just(Vec::new()), 2 => vec(pick, 1..4)]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let own = || option::of(0_u8..6);
    prop_oneof![
        1 => Just(Step::Register),
        1 => Just(Step::Import),
        4 => Just(Step::Confirm),
        1 => Just(Step::Process),
        1 => any::<bool>().prop_map(Step::Fail),
        2 => (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(asks, there, waits)| Step::Fulfil(asks, there, waits)),
        2 => any::<bool>().prop_map(Step::Settle),
        4 => (1_i64..2000, option::of(0_i64..40)).prop_map(|(part, days)| Step::Reserve(part, days)),
        1 => Just(Step::Expire),
        9 => (own(), share(), picks(), any::<bool>())
            .prop_map(|(number, share, picks, sends)| Step::Capture(number, share, picks, sends)),
        9 => (own(), own(), share(), picks())
            .prop_map(|(capture, number, share, picks)| Step::Refund(capture, number, share, picks)),
        5 => (share(), picks()).prop_map(|(share, picks)| Step::Cancel(share, picks)),
        2 => (0_u8..4).prop_map(Step::Ship),
        1 => (0_u8..4, 0_i64..4, any::<bool>())
            .prop_map(|(capture, number, other)| Step::ChangeShipment(capture, number, other)),
        1 => (0_u8..4, -1_i64..4).prop_map(|(capture, number)| Step::RemoveShipment(capture, number)),
        2 => (picks(), any::<bool>(), option::of(0_i64..20))
            .prop_map(|(picks, whole, days)| Step::Return(picks, whole, days)),
        1 => vec(option::of(0_u8..3), 0..4).prop_map(Step::Subscribe),
        1 => option::of(0_u8..3).prop_map(Step::Refer),
        1 => (0_usize..4, 0_u8..3).prop_map(|(dialect, word)| Step::Annotate(dialect, word)),
    ]
}

/// The numbers that a merchant chooses; some look like those that are made up.
pub(crate) fn own_number(choice: u8) -> String {
    match choice {
        0 => "100000000002".to_owned(),
        1 => "100000000003".to_owned(),
        2 => "100000000001R00".to_owned(),
        3 => "ORDER00001C01".to_owned(),
        other => format!("INV{other}"),
    }
}

pub(crate) fn first(beginning: &Beginning) -> Command {
    let gross = order::sum_of(&beginning.items, crate::world::currency(beginning.code)).unwrap();
    let mut made = registration(beginning.code, "0", beginning.items.clone());
    made.gross = gross.gross.max(Amount::ZERO);
    made.payment = paid_by(beginning.method.clone());
    made.payment.prepaid = beginning.prepaid;
    Command::Register(Box::new(made))
}

impl Step {
    /// The command that the step comes to for this order at this time.
    pub(crate) fn command(&self, order: &Order, now: Timestamp) -> Command {
        match self {
            Self::Register => Command::Register(Box::new(registration("NOK", "1", Vec::new()))),
            Self::Import => Command::Import(Box::new(order.clone())),
            Self::Confirm => Command::Confirm,
            Self::Process => process(),
            Self::Fail(risk) if *risk => Command::Fail(Failure::RiskRejected),
            Self::Fail(_) => fail(),
            Self::Fulfil(asks_connector, payer_is_there, waits) => Command::Fulfil(FulfilRequest {
                callback: Some("https://merchant.example/done".to_owned()),
                asks_connector: *asks_connector,
                payer_is_there: *payer_is_there,
                payer_has_agreed: false,
                handover: waits.then_some(Handover::Connector),
            }),
            Self::Settle(paid) => settle(*paid),
            Self::Reserve(part, days) => Command::Reserve(ReserveRequest {
                amount: part_of(order, order.gross, *part),
                expires_at: days.map(|days| now.plus_days(days)),
            }),
            Self::Expire => Command::Expire,
            Self::Capture(number, share, picks, sends) => captured(order, *number, *share, picks, *sends),
            Self::Refund(of, number, share, picks) => {
                let of = of.map(|of| capture_number(order, of));
                let items = picked(order, picks);
                let captures = order.captures.iter();
                let named = captures.filter(|capture| of.as_ref().is_none_or(|of| *of == capture.number));
                let left = Amount::sum(named.map(|capture| capture.refundable().unwrap())).unwrap();
                let number = number.map(own_number);
                let wanted = share.of(order, left, &items);
                refund(of.as_deref(), number.as_deref(), wanted, items)
            }
            Self::Cancel(share, picks) => {
                let items = picked(order, picks);
                cancel(share.of(order, order.remaining().unwrap(), &items), items)
            }
            Self::Ship(of) => ship(&capture_number(order, *of)),
            Self::ChangeShipment(of, number, other) => {
                let carrier = if *other { "DHL" } else { "UPS" };
                change_shipment(&capture_number(order, *of), *number, carrier)
            }
            Self::RemoveShipment(of, number) => remove_shipment(&capture_number(order, *of), *number),
            Self::Return(picks, whole_lines, within_days) => {
                returned(order, picks, *whole_lines, *within_days)
            }
            Self::Subscribe(names) => Command::Subscribe {
                subscriptions: names
                    .iter()
                    .map(|name| name.map(|name| format!("S{name}")))
                    .collect(),
            },
            Self::Refer(word) => Command::Refer {
                reference: word.map(own_number),
            },
            Self::Annotate(dialect, word) => Command::Annotate {
                dialect: *Dialect::ALL.get(*dialect).unwrap(),
                annex: Opaque::of(&own_number(*word)).unwrap(),
            },
        }
    }
}

fn captured(order: &Order, number: Option<u8>, share: Share, picks: &[Pick], sends: bool) -> Command {
    let items = picked(order, picks);
    let wanted = share.of(order, order.remaining().unwrap(), &items);
    let mut command = capture(number.map(own_number).as_deref(), wanted, items);
    if let (Command::Capture(request), true) = (&mut command, sends) {
        request.shipments = vec![parcel("UPS"), parcel("DHL")];
    }
    command
}

impl Share {
    fn of(self, order: &Order, left: Amount, items: &[Item]) -> Wanted {
        let gross = match self {
            Self::Remaining => return Wanted::Remaining,
            Self::Items => return Wanted::Items,
            Self::Thousandths(part) => part_of(order, left, part),
            Self::Raw(raw) => Amount::new(Decimal::new(raw, 4)).unwrap(),
            Self::Told(coins) => {
                let off = Amount::new(order.currency.smallest().decimal() * Decimal::from(coins)).unwrap();
                let sum = order::sum_of(items, order.currency).map(|sums| sums.gross);
                sum.unwrap_or(amount("1")).plus(off).unwrap()
            }
        };
        Wanted::Exactly { gross, net: None }
    }
}

fn part_of(order: &Order, whole: Amount, thousandths: i64) -> Amount {
    let part = whole.decimal() * Decimal::new(thousandths, 3);
    order.currency.round(Amount::new(part).unwrap())
}

/// The number of one of the order's captures, or one that none has.
fn capture_number(order: &Order, choice: u8) -> String {
    let capture = order.captures.get(usize::from(choice));
    capture.map_or_else(|| own_number(choice), |capture| capture.number.clone())
}

fn picked(order: &Order, picks: &[Pick]) -> Vec<Item> {
    let pick = |pick: &Pick| {
        let line = order.lines.get(pick.line);
        let mut item = line.map_or_else(
            || crate::world::item("FOREIGN", "1", "3.5"),
            |line| line.item.clone(),
        );
        let part = item.quantity.decimal() * Decimal::new(pick.thousandths, 3);
        item.quantity = Quantity::new(part).unwrap();
        if !pick.priced {
            (item.unit_gross, item.unit_net, item.vat_percent) = (None, None, None);
        }
        item
    };
    picks.iter().map(pick).collect()
}

fn returned(order: &Order, picks: &[Pick], whole_lines: bool, within_days: Option<i64>) -> Command {
    let lines = picked(order, picks).into_iter().map(|item| ReturnedLine {
        number: item.number.unwrap_or(99),
        product: item.product,
        quantity: item.quantity,
    });
    Command::Return {
        lines: lines.collect(),
        policy: ReturnPolicy {
            within_days,
            whole_lines,
            undoes_switch: false,
        },
    }
}

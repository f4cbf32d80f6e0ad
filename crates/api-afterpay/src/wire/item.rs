//! Items: what is sold, captured, given back or cancelled.

use super::{decimal, members, quantity};
use crate::annex::keep;
use crate::reading::Object;
use ::order::{Item, Quantity};
use http_kit::wire::{Number, time};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// The most items of one order.
const MOST: usize = 500;

members! {
    /// What only AfterPay knows of an item.
    ItemAnnex {
        group_id: String,
        vat_category: String,
        unit_code: String,
        image_url: String,
        product_url: String,
        market_place_seller_id: String,
        merchant_product_type: String,
        google_product_category: String,
        google_product_category_id: i64,
        additional_information: String,
        specification: String,
        service_start: String,
        service_end: String,
        r#type: String,
        discount_amount: Number,
        parent_transaction_reference: String,
        refund_type: String,
    }
}

const VAT_CATEGORIES: [&str; 6] = [
    "HighCategory",
    "LowCategory",
    "NullCategory",
    "NoCategory",
    "MiddleCategory",
    "OtherCategory",
];
const TYPES: [&str; 8] = [
    "PhysicalArticle",
    "DigitalArticle",
    "GiftCard",
    "Discount",
    "ShippingFee",
    "Surcharge",
    "Info",
    "Subscription",
];

impl ItemAnnex {
    fn read(item: &Object<'_>) -> Self {
        Self {
            group_id: item.cut_text("groupId", 50),
            vat_category: item.word("vatCategory", &VAT_CATEGORIES).map(str::to_owned),
            unit_code: item.text("unitCode", 50),
            image_url: item.text("imageUrl", 2048),
            product_url: item.text("productUrl", 2048),
            market_place_seller_id: item.text("marketPlaceSellerId", 32),
            merchant_product_type: item.text("merchantProductType", 255),
            google_product_category: item.text("googleProductCategory", 255),
            google_product_category_id: item.whole("googleProductCategoryId"),
            additional_information: item.text("additionalInformation", 4096),
            specification: item.text("specification", 4096),
            service_start: item.time("serviceStart"),
            service_end: item.time("serviceEnd"),
            r#type: item.word("type", &TYPES).map(str::to_owned),
            discount_amount: item.kept_number("discountAmount"),
            parent_transaction_reference: item.text("parentTransactionReference", 128),
            refund_type: item.word("refundType", &["Refund", "Return"]).map(str::to_owned),
        }
    }
}

/// Reads the items of a request, which clients send as `items` or as `orderItems`.
pub(crate) fn read_items(parent: &Object<'_>) -> Vec<Item> {
    let name = if parent.has("items") {
        "items"
    } else {
        "orderItems"
    };
    parent.list(name, MOST).iter().filter_map(read_item).collect()
}

fn read_item(item: &Object<'_>) -> Option<Item> {
    let product = item.required("productId", item.text("productId", 100));
    let quantity = item.required("quantity", item.quantity("quantity"));
    let read = read_rest(item);
    Some(Item {
        product: product?,
        quantity: quantity?,
        ..read
    })
}

/// Reads the items that another system shows, which may leave out anything.
pub(crate) fn read_import_items(parent: &Object<'_>, name: &str) -> Vec<Item> {
    let read = |item: &Object<'_>| Item {
        product: item.text("productId", 1000).unwrap_or_default(),
        quantity: item.quantity("quantity").unwrap_or(Quantity::ZERO),
        ..read_rest(item)
    };
    parent.list(name, 10_000).iter().map(read).collect()
}

/// Everything but the product and the quantity.
fn read_rest(item: &Object<'_>) -> Item {
    Item {
        number: item.whole("lineNumber"),
        product: String::new(),
        description: item.cut_text("description", 255).unwrap_or_default(),
        quantity: Quantity::ZERO,
        unit_gross: item.amount("grossUnitPrice"),
        unit_net: item.amount("netUnitPrice"),
        unit_vat: item.amount("vatAmount"),
        vat_percent: item.amount("vatPercent").map(::order::Amount::decimal),
        annex: keep(&ItemAnnex::read(item)),
    }
}

/// What an item is part of, and so which id it carries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ItemMark<'o> {
    Order {
        id: Uuid,
        inserted_at: i64,
        updated_at: i64,
    },
    Capture(Uuid),
    Refund(Uuid),
    Cancellation(&'o str),
}

/// An item as answers show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Item")]
pub(crate) struct ItemWire<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_number: Option<&'o str>,
    product_id: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    net_unit_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_unit_price: Option<Number>,
    quantity: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    market_place_seller_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_product_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    google_product_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    google_product_category_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_information: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specification: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_transaction_reference: Option<String>,
    line_number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

impl<'o> ItemWire<'o> {
    /// The item as part of something. Refunds show their prices with the other sign.
    pub(crate) fn of(item: &'o Item, mark: ItemMark<'o>) -> Self {
        // What another program wrote into the annex is not ours to fail at.
        let known: ItemAnnex = item
            .annex
            .as_ref()
            .and_then(|annex| annex.read().ok())
            .unwrap_or_default();
        let is_refund = matches!(mark, ItemMark::Refund(_));
        let price = |price: Option<::order::Amount>| {
            price.map(|price| decimal(if is_refund { price.negated() } else { price }.decimal()))
        };
        let mut wire = Self {
            order_id: None,
            capture_id: None,
            refund_id: None,
            cancellation_number: None,
            product_id: &item.product,
            group_id: known.group_id,
            description: &item.description,
            r#type: known.r#type,
            net_unit_price: price(item.unit_net),
            gross_unit_price: price(item.unit_gross),
            quantity: quantity(item.quantity),
            unit_code: known.unit_code,
            vat_category: known.vat_category,
            vat_percent: item.vat_percent.map(decimal),
            vat_amount: price(item.unit_vat),
            discount_amount: known.discount_amount.map(|Number(value): Number| decimal(value)),
            image_url: known.image_url,
            product_url: known.product_url,
            market_place_seller_id: known.market_place_seller_id,
            merchant_product_type: known.merchant_product_type,
            google_product_category: known.google_product_category,
            google_product_category_id: known.google_product_category_id,
            additional_information: known.additional_information,
            specification: known.specification,
            service_start: known.service_start,
            service_end: known.service_end,
            parent_transaction_reference: known.parent_transaction_reference,
            line_number: item.number.unwrap_or(0),
            inserted_at: None,
            updated_at: None,
        };
        wire.mark(mark);
        wire
    }

    fn mark(&mut self, mark: ItemMark<'o>) {
        match mark {
            ItemMark::Order {
                id,
                inserted_at,
                updated_at,
            } => {
                self.order_id = Some(id);
                self.inserted_at = Some(time::seconds_text(inserted_at));
                self.updated_at = Some(time::seconds_text(updated_at));
            }
            ItemMark::Capture(id) => self.capture_id = Some(id),
            ItemMark::Refund(id) => self.refund_id = Some(id),
            ItemMark::Cancellation(number) => self.cancellation_number = Some(number),
        }
    }
}

/// The prices of an imported refund's item, which carry the other sign.
pub(crate) fn unsigned(item: Item) -> Item {
    let positive = |price: Option<::order::Amount>| price.map(::order::Amount::negated);
    Item {
        unit_gross: positive(item.unit_gross),
        unit_net: positive(item.unit_net),
        unit_vat: positive(item.unit_vat),
        ..item
    }
}

//! Searching all orders of a merchant.

use crate::codec::{NUMBER, alias_space, fold, order_of};
use crate::{Book, BookError, terms};
use order::{Amount, Currency, Dialect, Kind, MerchantId, Order, OrderId, Timestamp};
use store::SearchFilter;

/// Which orders. Everything that is given must hold; empty lists hold for all.
#[derive(Debug, Clone, Default)]
pub struct SearchQuery {
    /// Any id or reference of any dialect, or words of them, of names, of mail addresses, of products: each word the
    /// beginning of one of the order's, in any letter case and with or without accents.
    pub text: Option<String>,
    /// Any of these states, by the words of [`order::Status::word`].
    pub states: Vec<String>,
    /// Placed through any of these dialects.
    pub dialects: Vec<Dialect>,
    /// In any of these currencies.
    pub currencies: Vec<Currency>,
    /// Of any of these kinds.
    pub kinds: Vec<Kind>,
    /// Through this reseller.
    pub reseller: Option<String>,
    /// Of the customer with this number.
    pub customer: Option<String>,
    /// With this product on a line.
    pub product: Option<String>,
    /// With at least this total.
    pub least: Option<Amount>,
    /// With at most this total.
    pub most: Option<Amount>,
    /// Placed at or after this time.
    pub from: Option<Timestamp>,
    /// Placed before this time.
    pub until: Option<Timestamp>,
}

/// Where a page of a search ended: when its last order was placed, and its id.
pub type SearchPlace = (i64, i64);

/// One page of a search: on the first one, the orders that go by exactly the text, then the others, newest first.
#[derive(Debug, Clone)]
pub struct SearchPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where to go on; none when there is no more. A page may be short, or empty, and still have one: when words and
    /// filters that are common by themselves hardly ever meet, a search looks at so many orders and no further.
    pub next: Option<SearchPlace>,
}

impl Book {
    /// A page of a search.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn search(
        &self,
        merchant: MerchantId,
        query: &SearchQuery,
        after: Option<SearchPlace>,
        limit: usize,
    ) -> Result<SearchPage, BookError> {
        self.catch_up(merchant).await;
        let exact = self.exactly(merchant, query).await?;
        let known: Vec<OrderId> = exact.iter().map(|order| order.id).collect();
        let mut orders = if after.is_none() { exact } else { Vec::new() };
        let room = limit.saturating_sub(orders.len());
        if room == 0 {
            // Full of those that go by exactly the text: all others come after.
            let next = Some((i64::MAX, i64::MAX));
            return Ok(SearchPage { orders, next });
        }
        let asked = query.text.is_some();
        let words: Vec<String> = query.text.iter().flat_map(|text| terms::asked(text)).collect();
        if asked && words.is_empty() {
            return Ok(SearchPage { orders, next: None });
        }
        let rows = self
            .store()
            .search(&filter_of(merchant, query, words, after), room)
            .await?;
        for row in &rows.orders {
            let order = order_of(row)?;
            if !known.contains(&order.id) && query.fits(&order) {
                orders.push(order);
            }
        }
        Ok(SearchPage {
            orders,
            next: rows.next,
        })
    }

    /// The orders that go by exactly the text, at once and not only after they were followed.
    async fn exactly(&self, merchant: MerchantId, query: &SearchQuery) -> Result<Vec<Order>, BookError> {
        let Some(text) = query
            .text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return Ok(Vec::new());
        };
        let number = fold(text);
        let mut names = vec![(NUMBER, number.as_str())];
        names.extend(Dialect::ALL.map(|dialect| (alias_space(dialect), text)));
        let mut ids = self.store().orders_named(merchant.0, &names).await?;
        ids.extend(text.parse::<i64>().ok().filter(|id| id.to_string() == text));
        ids.sort_unstable();
        ids.dedup();
        let rows = self.store().orders_of_ids(merchant.0, &ids).await?;
        let orders: Result<Vec<Order>, BookError> = rows.iter().map(order_of).collect();
        let mut orders = orders?;
        orders.retain(|order| query.fits(order));
        orders.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
        Ok(orders)
    }

    /// The order of this UUID, if the merchant has it and it was followed.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn order_of_uuid(
        &self,
        merchant: MerchantId,
        uuid: uuid::Uuid,
    ) -> Result<Option<Order>, BookError> {
        self.catch_up(merchant).await;
        let ids = self
            .store()
            .orders_of_term(merchant.0, &uuid.to_string(), 10)
            .await?;
        let rows = self.store().orders_of_ids(merchant.0, &ids).await?;
        // Another order may go by the text of this one's UUID.
        let row = rows.iter().find(|row| row.uuid == uuid.to_string());
        row.map(order_of).transpose()
    }
}

impl SearchQuery {
    /// Whether an order is what is asked for, but for its words: the index compares ids without case and amounts to
    /// four decimals.
    fn fits(&self, order: &Order) -> bool {
        let customer = order
            .customer
            .as_ref()
            .and_then(|customer| customer.number.as_deref());
        let among = |is_empty: bool, is_one: bool| is_empty || is_one;
        among(self.states.is_empty(), self.states.contains(&order.status.word()))
            && among(self.dialects.is_empty(), self.dialects.contains(&order.origin))
            && among(self.kinds.is_empty(), self.kinds.contains(&order.kind))
            && self
                .reseller
                .as_ref()
                .is_none_or(|wanted| order.reseller.as_ref() == Some(wanted))
            && among(
                self.currencies.is_empty(),
                self.currencies.contains(&order.currency),
            )
            && self
                .customer
                .as_deref()
                .is_none_or(|wanted| customer == Some(wanted))
            && self
                .product
                .as_ref()
                .is_none_or(|wanted| order.lines.iter().any(|line| line.item.product == *wanted))
            && self.least.is_none_or(|least| order.gross >= least)
            && self.most.is_none_or(|most| order.gross <= most)
            && self.from.is_none_or(|from| order.placed_at >= from)
            && self.until.is_none_or(|until| order.placed_at < until)
    }
}

fn filter_of(
    merchant: MerchantId,
    query: &SearchQuery,
    words: Vec<String>,
    before: Option<SearchPlace>,
) -> SearchFilter {
    let whole = query.product.iter().chain(&query.customer).chain(&query.reseller);
    SearchFilter {
        merchant: merchant.0,
        beginnings: words,
        terms: whole.filter_map(|name| terms::whole(name)).collect(),
        states: query.states.clone(),
        origins: query
            .dialects
            .iter()
            .map(|dialect| dialect.as_str().to_owned())
            .collect(),
        currencies: query
            .currencies
            .iter()
            .map(|currency| currency.code().to_owned())
            .collect(),
        kinds: query.kinds.iter().map(|kind| kind.word().to_owned()).collect(),
        customer: query.customer.clone(),
        least: query.least.map(Amount::ten_thousandths),
        most: query.most.map(Amount::ten_thousandths),
        from: query.from.map_or(i64::MIN, |at| at.0),
        until: query.until.map_or(i64::MAX, |at| at.0),
        before,
    }
}

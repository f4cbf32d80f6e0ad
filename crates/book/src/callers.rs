//! Who is let in while a piece of work runs, told to whoever wants to know: the sandbox sorts the calls that it lists by
//! merchant.

use order::MerchantId;
use std::future::Future;
use std::sync::Arc;

/// Is told each merchant for whom somebody was let in.
pub type CallerObserver = Arc<dyn Fn(MerchantId) + Send + Sync>;

tokio::task_local! {
    static OBSERVER: CallerObserver;
}

/// Runs some work, and tells `observer` for whom callers are let in within it.
pub async fn observing_callers<F: Future>(observer: CallerObserver, work: F) -> F::Output {
    OBSERVER.scope(observer, work).await
}

/// Somebody was let in for this merchant. Nothing when nobody wants to know.
pub(crate) fn let_in(merchant: MerchantId) {
    // An error means that nobody observes.
    let _ = OBSERVER.try_with(|observer| observer(merchant));
}

//! One test, written once, becomes a test on each control plane.

/// Makes tests of functions that take a [`Plane`](crate::Plane):
/// - `on_both`: one on the first of `planes`, a demo cluster (`on_demo::…`, which `cargo xtask test --fast` runs), one on the second,
///   a real control plane (`on_real::…`);
/// - `by_kubectl`: the same for those that need the program kubectl, so that the demo's half is `on_demo_by_kubectl::…`;
/// - `at_length`: the same for those that take minutes: `on_demo_at_length::…`;
/// - `on_real`: on the real one alone; the reason stands in `real-only.tsv`.
#[macro_export]
macro_rules! halves {
    (
        planes: $demo:expr, $real:expr;
        $(on_both: $($both:ident),+;)?
        $(by_kubectl: $($kubectl:ident),+;)?
        $(at_length: $($long:ident),+;)?
        $(on_real: $($only:ident),+;)?
    ) => {
        $(mod on_demo {
            #[allow(unused_imports)]
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $both() {
                super::$both($crate::apart(|| $demo).await).await;
            })+
        })?
        $(mod on_demo_by_kubectl {
            #[allow(unused_imports)]
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $kubectl() {
                super::$kubectl($crate::apart(|| $demo).await).await;
            })+
        })?
        $(mod on_demo_at_length {
            #[allow(unused_imports)]
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $long() {
                super::$long($crate::apart(|| $demo).await).await;
            })+
        })?
        mod on_real {
            #[allow(unused_imports)]
            use super::*;
            $($(#[tokio::test(flavor = "multi_thread")]
            async fn $both() {
                super::$both($crate::apart(|| $real).await).await;
            })+)?
            $($(#[tokio::test(flavor = "multi_thread")]
            async fn $kubectl() {
                super::$kubectl($crate::apart(|| $real).await).await;
            })+)?
            $($(#[tokio::test(flavor = "multi_thread")]
            async fn $long() {
                super::$long($crate::apart(|| $real).await).await;
            })+)?
            $($(#[tokio::test(flavor = "multi_thread")]
            async fn $only() {
                super::$only($crate::apart(|| $real).await).await;
            })+)?
        }
    };
}

/// Does something that blocks, beside a test.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

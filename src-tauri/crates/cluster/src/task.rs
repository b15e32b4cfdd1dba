//! A background task that ends with its owner.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// Owns one spawned task. Dropping it aborts the task at its next await point.
#[derive(Debug)]
#[must_use = "dropping a Task cancels it"]
pub struct Task(tokio::task::JoinHandle<()>);

impl Task {
    /// Runs `work` on the current runtime. Should it panic, the panic is caught and logged under
    /// `name`, then `on_panic` runs with its words, to tell whoever reads the task's sink.
    pub fn spawn<W, P, Q>(name: &'static str, work: W, on_panic: P) -> Self
    where
        W: Future<Output = ()> + Send + 'static,
        P: FnOnce(String) -> Q + Send + 'static,
        Q: Future<Output = ()> + Send + 'static,
    {
        Self(tokio::spawn(async move {
            // What `work` owned is dropped by the unwinding; nothing is shared that could be seen half changed.
            if let Err(panic) = AssertUnwindSafe(work).catch_unwind().await {
                let words = panic_words(panic.as_ref());
                tracing::error!(task = name, "panicked: {words}");
                on_panic(words).await;
            }
        }))
    }

    /// Whether the task has ended, for whatever reason.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn panic_words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_reported() {
        let (tell, told) = oneshot::channel();
        let task = Task::spawn(
            "test",
            async { panic!("lost {}", "count") },
            |words| async move {
                let _ = tell.send(words);
            },
        );
        assert_eq!(told.await.as_deref(), Ok("lost count"));
        drop(task);
    }

    #[tokio::test]
    async fn dropping_cancels() {
        let (guard, ended) = oneshot::channel::<()>();
        let task = Task::spawn(
            "test",
            async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            },
            |_| async {},
        );
        drop(task);
        assert!(ended.await.is_err(), "the task's values are dropped");
    }
}

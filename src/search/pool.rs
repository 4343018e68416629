//! The threads that answer questions: a question takes processor time, so it must neither run on the threads that
//! serve HTTP nor hold up reads of the database.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Sender, bounded};
use tokio::sync::oneshot;

use crate::kernel::codes_common::OVERLOADED;
use crate::kernel::error::Refusal;

const THREADS: usize = 2;
/// Questions that may wait for a thread; one more is refused with 503.
const QUEUED_QUESTIONS_MAX: usize = 256;

type Task = Box<dyn FnOnce() + Send>;

pub struct Pool {
    queue: Sender<Task>,
}

impl Pool {
    pub fn start() -> Result<Pool, Refusal> {
        let (queue, tasks) = bounded::<Task>(QUEUED_QUESTIONS_MAX);
        for number in 0..THREADS {
            let tasks = tasks.clone();
            std::thread::Builder::new()
                .name(format!("search-{number}"))
                .spawn(move || tasks.iter().for_each(|task| task()))
                .map_err(Refusal::internal)?;
        }
        Ok(Pool { queue })
    }

    /// Runs it on a thread of the pool. `None` when it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Refusal> {
        let (answer, waiting) = oneshot::channel();
        let task: Task = Box::new(move || {
            // Whoever asked may have gone away; then nobody needs the answer or the work.
            if !answer.is_closed() {
                drop(answer.send(catch_unwind(AssertUnwindSafe(work)).ok()));
            }
        });
        self.queue.try_send(task).map_err(|_| Refusal::new(&OVERLOADED).retry_after_seconds(1))?;
        waiting.await.map_err(|_| Refusal::internal("a search thread ended"))
    }
}

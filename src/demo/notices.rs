//! A saved search and what is told of it: somebody keeps a question before the market fills.

use super::Loader;
use crate::kernel::error::Refusal;
use crate::matching::service::saved::{Write, save};
use crate::matching::service::saved_model::{Channels, Frequency};
use crate::search::service::SearchParams;

/// Kept by an example enterprise; the achievements that are listed next answer it.
pub fn load(loader: &Loader) -> Result<(), Refusal> {
    let fruit = loader.actor("fruit")?;
    loader.step("saved-search", move |tx| {
        let question: SearchParams =
            crate::db::from_json(r#"{"q":"荔枝 OR 火龙果 栽培","kind":"achievement"}"#)?;
        let write = Write {
            name: "果树栽培新成果（示例）".into(),
            question,
            frequency: Frequency::AtOnce,
            channels: Channels { in_app: true, mail: false, webhook: false },
        };
        save(tx, &fruit, &write).map(drop)
    })?;
    // Followers that tell people begin here: nobody is told of the years before.
    loader.app.settle()
}

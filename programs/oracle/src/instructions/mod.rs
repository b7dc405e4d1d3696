mod authority_set;
mod config_init;
mod feed_create;
mod feed_refresh;
mod settlement_finalise;

pub use authority_set::*;
pub use config_init::*;
pub use feed_create::*;
pub use feed_refresh::*;
pub use settlement_finalise::*;

mod authority_set;
mod config_init;
mod custody_open;
mod guardian_raise;
mod guardians_set;
mod level_relax;
mod release;
mod tokens_open;

pub use authority_set::*;
pub use config_init::*;
pub use custody_open::*;
pub use guardian_raise::*;
pub use guardians_set::*;
pub use level_relax::*;
pub use release::*;
pub use tokens_open::*;

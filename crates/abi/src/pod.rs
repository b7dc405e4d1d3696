//! Little-endian integers of alignment one, so that a layout is a plain cast of account bytes.

use bytemuck::{Pod, Zeroable};

macro_rules! pod_integer {
    ($name:ident, $raw:ty, $len:literal) => {
        #[doc = concat!("A `", stringify!($raw), "` stored little-endian at any alignment.")]
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
        pub struct $name([u8; $len]);

        impl $name {
            pub const fn get(&self) -> $raw {
                <$raw>::from_le_bytes(self.0)
            }
        }

        impl From<$raw> for $name {
            fn from(value: $raw) -> Self {
                Self(value.to_le_bytes())
            }
        }
    };
}

pod_integer!(PodU16, u16, 2);
pod_integer!(PodU32, u32, 4);
pod_integer!(PodU64, u64, 8);
pod_integer!(PodI32, i32, 4);
pod_integer!(PodI64, i64, 8);
